using Orchestrator.Api.Security;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Records;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Api.Decisions;

/// <summary>A decision with everything that it left behind.</summary>
/// <param name="TransactionId">The transaction that it is about, and its own id.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="Outcome">What was decided.</param>
/// <param name="Score">0 (harmless) to 1000 (certain fraud).</param>
/// <param name="Reasons">What made up the score, in sentences.</param>
/// <param name="Rules">Each rule that matched, or could not be evaluated.</param>
/// <param name="Degraded">Why not all counted that should have, by stable names; empty when all did.</param>
/// <param name="Versions">What decided.</param>
/// <param name="Shadow">What rules and model on trial would have decided.</param>
/// <param name="Times">When it happened, came, and was decided.</param>
/// <param name="Features">The numbers that rules and model saw.</param>
/// <param name="Labels">What was said about the transaction since, the one that counts first; at most 100.</param>
public sealed record DecisionView(
    Guid TransactionId,
    string SourceAccountId,
    FraudOutcome Outcome,
    int Score,
    IReadOnlyList<FraudReason> Reasons,
    IReadOnlyList<RuleFinding> Rules,
    IReadOnlyList<string> Degraded,
    DecisionVersionsView Versions,
    ShadowDecision? Shadow,
    DecisionTimes Times,
    FeaturesView? Features,
    IReadOnlyList<LabelView> Labels)
{
    internal static DecisionView Of(DecisionRecord record)
    {
        var decision = record.Decision;
        Masking.Know(decision.SourceAccountId, decision.Transaction?.DestinationAccountId);
        return new DecisionView(
            decision.TransactionId, decision.SourceAccountId, decision.Outcome, decision.Score, decision.Reasons, Sentences(decision), decision.Degraded ?? [],
            new DecisionVersionsView(decision.RulesVersion, decision.ModelVersion, decision.ListsVersion), decision.Shadow,
            new DecisionTimes(decision.EventAt, decision.ReceivedAt, decision.AssessedAt, decision.Watermark), FeaturesView.Of(record),
            [.. record.Labels.Select(LabelView.Of)]);
    }

    // A sentence that a reason says is not said twice on the wire; here it is.
    internal static IReadOnlyList<RuleFinding> Sentences(FraudAssessed decision) =>
    [
        .. (decision.Rules ?? []).Select(rule => rule.Sentence is not null
            ? rule
            : rule with { Sentence = decision.Reasons.FirstOrDefault(r => string.Equals(r.Rule, rule.Rule, StringComparison.Ordinal))?.Sentence }),
    ];
}

/// <summary>What decided.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Model">The model; absent when none counted.</param>
/// <param name="Lists">The state of the lists; absent when none was looked into.</param>
public sealed record DecisionVersionsView(string Rules, string? Model, string? Lists);

/// <summary>A decision's times, UTC.</summary>
/// <param name="EventAt">When the transaction happened at the business service.</param>
/// <param name="ReceivedAt">When it came to decisioning.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="Watermark">Up to when the windows behind the features were complete.</param>
public sealed record DecisionTimes(DateTimeOffset? EventAt, DateTimeOffset? ReceivedAt, DateTimeOffset DecidedAt, DateTimeOffset? Watermark);

/// <summary>The numbers that rules and model saw.</summary>
/// <param name="Schema">The hash of their definitions.</param>
/// <param name="Vector">All of them to the last bit: 32-bit floats, little endian, in base64.</param>
/// <param name="Values">Each by its name; absent when the schema is not known here, or does not fit.</param>
public sealed record FeaturesView(string Schema, byte[] Vector, IReadOnlyList<FeatureValue>? Values)
{
    internal static FeaturesView? Of(DecisionRecord record)
    {
        if (record.Decision is not { FeatureSchema: { } schema, Features: { } bytes })
            return null;
        var vector = FeatureVector.Read(bytes);
        return new FeaturesView(
            schema, bytes, record.FeatureNames is { } names && names.Count == vector.Length ? [.. names.Zip(vector, FeatureValue.Of)] : null);
    }
}

/// <summary>One feature's value.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Value">The number; absent when it is none.</param>
/// <param name="NotANumber">What it is when it is no number: NaN, Infinity or -Infinity.</param>
public sealed record FeatureValue(string Name, float? Value, string? NotANumber = null)
{
    internal static FeatureValue Of(string name, float value) => float.IsFinite(value)
        ? new FeatureValue(name, value)
        : new FeatureValue(name, Value: null, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}

/// <summary>A decision in a list.</summary>
/// <param name="TransactionId">The transaction that it is about.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="Outcome">What was decided.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Reasons">What made up the score, by name.</param>
/// <param name="Degraded">Whether not all counted that should have.</param>
/// <param name="DecidedAt">When, UTC.</param>
public sealed record DecisionSummary(
    Guid TransactionId, string SourceAccountId, FraudOutcome Outcome, int Score, IReadOnlyList<string> Reasons, bool Degraded, DateTimeOffset DecidedAt)
{
    internal static DecisionSummary Of(FraudAssessed decision) => new(
        decision.TransactionId, decision.SourceAccountId, decision.Outcome, decision.Score, [.. decision.Reasons.Select(r => r.Rule)], decision.IsDegraded,
        decision.AssessedAt);
}

/// <summary>Why a decision is as it is.</summary>
/// <param name="TransactionId">The transaction that it is about.</param>
/// <param name="Outcome">What was decided.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Reasons">What made up the score, with each part's contribution.</param>
/// <param name="Rules">Each rule that matched, or could not be evaluated.</param>
/// <param name="Features">The numbers that rules and model saw.</param>
/// <param name="Replay">What the same versions make of the same numbers now; where it was asked for.</param>
public sealed record DecisionExplanation(
    Guid TransactionId,
    FraudOutcome Outcome,
    int Score,
    IReadOnlyList<FraudReason> Reasons,
    IReadOnlyList<RuleFinding> Rules,
    FeaturesView? Features,
    ReplayView? Replay = null);

/// <summary>A decision made again.</summary>
/// <param name="Same">Whether it is what was decided then, part by part.</param>
/// <param name="Outcome">What came out.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Reasons">What made up the score.</param>
/// <param name="Rules">Each rule that matched, or could not be evaluated.</param>
/// <param name="Trace">Every rule of the set, matched or not, with the value of each part of its condition and score that was looked at.</param>
public sealed record ReplayView(
    bool Same, FraudOutcome Outcome, int Score, IReadOnlyList<FraudReason> Reasons, IReadOnlyList<RuleFinding> Rules, IReadOnlyList<RuleResult> Trace)
{
    internal static ReplayView Of(ReplayOutcome.Made made) =>
        new(made.Same, made.Result.Outcome, made.Result.Score, made.Result.Reasons, made.Result.Rules, made.Trace);
}

/// <summary>What was said about a transaction.</summary>
/// <param name="LabelId">The label.</param>
/// <param name="IsFraud">Whether it was fraud.</param>
/// <param name="Source">Who says so.</param>
/// <param name="LabelledAt">When it was said, UTC.</param>
/// <param name="EffectiveAt">When it became known in the business, UTC.</param>
/// <param name="Reason">Why.</param>
public sealed record LabelView(Guid LabelId, bool IsFraud, LabelSource Source, DateTimeOffset LabelledAt, DateTimeOffset? EffectiveAt, string? Reason)
{
    internal static LabelView Of(FraudLabelled label) => new(label.LabelId, label.IsFraud, label.Source, label.LabelledAt, label.EffectiveAt, label.Reason);
}
