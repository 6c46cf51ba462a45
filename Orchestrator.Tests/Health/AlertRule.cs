using System.Text.RegularExpressions;
using Orchestrator.Tests.Approved;

namespace Orchestrator.Tests.Health;

/// <summary>An alert of deploy/prometheus/alerts.yml, which promtool holds to be good YAML.</summary>
sealed partial record AlertRule(string Name, string Expression, string Runbook)
{
    public static IReadOnlyList<AlertRule> All { get; } =
        [.. Rules().Matches(ApprovedText.Read("deploy/prometheus/alerts.yml")).Select(m => new AlertRule(
            m.Groups["name"].Value, m.Groups["expr"].Value.Replace("''", "'", StringComparison.Ordinal), m.Groups["runbook"].Value))];

    [GeneratedRegex(@"- alert: (?<name>\w+)\n +expr: '(?<expr>([^'\n]|'')*)'\n(?! +- alert)[\s\S]*?runbook_url: (?<runbook>\S+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Rules();
}
