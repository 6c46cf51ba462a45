using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Counts what rules did. There are as many as the rule set has.</summary>
sealed class RuleTally
{
    readonly Dictionary<string, Counts> _rules = new(StringComparer.Ordinal);

    /// <summary>Counts what was found about one transaction.</summary>
    public void Add(in Judgement judged, IReadOnlyList<RuleFinding>? findings)
    {
        if (findings is null)
            return;
        for (var i = 0; i < findings.Count; i++)
        {
            var finding = findings[i];
            if (!_rules.TryGetValue(finding.Rule, out var counts))
                _rules.Add(finding.Rule, counts = new Counts());
            counts.Contribution += finding.Contribution;
            if (finding.Failed is true)
            {
                counts.Failed++;
                continue;
            }
            counts.Matched[(int)judged.Truth]++;
            counts.Flagged += judged.IsFlagged ? 1 : 0;
        }
    }

    /// <summary>What it comes to, the rule that matched most at the top.</summary>
    public IReadOnlyList<RuleReport> Report() =>
    [
        .. _rules.Select(r => r.Value.Report(r.Key)).OrderByDescending(r => r.Matched.Total).ThenBy(r => r.Rule, StringComparer.Ordinal),
    ];

    sealed class Counts
    {
        public long[] Matched { get; } = new long[3];

        public long Failed { get; set; }

        public long Contribution { get; set; }

        public long Flagged { get; set; }

        public RuleReport Report(string rule) => new(rule, new TruthCounts(Matched[0], Matched[1], Matched[2]), Failed, Contribution, Flagged);
    }
}
