using System.Globalization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// From a transaction, its features and the rules in force to a decision that can be made again from what it keeps. One serves one thread.
/// </summary>
/// <param name="schema">The names that rules may use.</param>
/// <param name="time">The clock of the deadline.</param>
/// <param name="deadline">How long the rules of one transaction may take; those whose turn comes later count by their defaults. Zero for no bound.</param>
/// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
public sealed class RuleDecider(RuleSchema schema, TimeProvider time, TimeSpan deadline, CurrencyScales? currencies = null)
{
    readonly LaneRules _rules = new(time);
    readonly RuleInput _input = new(schema);
    readonly MessageFields _fields = new(schema, currencies);
    readonly long _ticks = (long)(deadline.TotalSeconds * time.TimestampFrequency);
    readonly RuleSlot[] _features = [.. HistoryFeatures.Names.Select(name => schema[name])];

    /// <summary>How many decimal digits amounts have.</summary>
    public CurrencyScales Currencies { get; } = currencies ?? CurrencyScales.Iso;

    /// <summary>Decides.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="vector">Its features, see <see cref="HistoryFeatures"/>.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="now">The present, UTC.</param>
    public FraudAssessed Decide(TransactionSubmitted transaction, float[] vector, RulesInForce rules, DateTimeOffset now)
    {
        _rules.Follow(rules);
        _fields.Fill(_input, transaction, now);
        for (var i = 0; i < _features.Length; i++)
            _input.Set(_features[i], (double?)vector[i]);
        var moment = new RuleSetMoment(rules.Lists, now, Deadline: _ticks == 0 ? 0 : time.GetTimestamp() + _ticks);
        var totals = _rules.Live!.Evaluate(_input, moment);
        var findings = totals.Matched + totals.Failed + totals.Late > 0 ? _rules.Live.Reasons(_input, moment) : [];
        return new FraudAssessed(
            transaction.TransactionId, transaction.SourceAccountId, totals.Outcome, totals.Score, ReasonsOf(findings), rules.Live.Version, now,
            ListsVersion: rules.Live.Lists.Count == 0 ? null : rules.Lists.Version.ToString(CultureInfo.InvariantCulture),
            Shadow: Shadow(rules, moment),
            Degraded: DegradedBy(totals),
            EventAt: transaction.OccurredAt,
            ReceivedAt: now,
            FeatureSchema: HistoryFeatures.Schema,
            Features: FeatureVector.Write(vector),
            Rules: findings.Count == 0 ? null : [.. findings.Select(Finding)],
            Transaction: transaction);
    }

    ShadowDecision? Shadow(RulesInForce rules, in RuleSetMoment moment)
    {
        if (rules.Shadow is not { } shadow)
            return null;
        var totals = _rules.Shadow!.Evaluate(_input, moment);
        return new ShadowDecision(totals.Outcome, totals.Score, shadow.Version);
    }

    // What matched, and what counted although it could not be evaluated.
    static FraudReason[] ReasonsOf(IReadOnlyList<RuleResult> findings) =>
        [.. findings.Where(IsReason).Select(f => new FraudReason(f.Name, f.Contribution, f.Sentence ?? ""))];

    static bool IsReason(RuleResult finding) => finding.Matched || finding.Contribution != 0;

    static RuleFinding Finding(RuleResult finding) => new(
        finding.Name, finding.Contribution, IsReason(finding) ? null : finding.Sentence, finding.Failure is RuleFailure.None ? null : true);

    static string[]? DegradedBy(in RuleSetTotals totals)
    {
        if (!totals.Degraded)
            return null;
        var reasons = new List<string>(3);
        if (totals.Failed > 0)
            reasons.Add(DegradedReasons.RuleFailed);
        if (totals.Late > 0)
            reasons.Add(DegradedReasons.DeadlinePassed);
        if (totals.ModelMissing)
            reasons.Add(DegradedReasons.ModelUnavailable);
        return [.. reasons];
    }
}
