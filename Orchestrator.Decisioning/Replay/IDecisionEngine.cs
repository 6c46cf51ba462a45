using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Replay;

/// <summary>
/// Rules, model and lists of certain versions. Pure: the same vector and message always give the same result, to the last bit, so that a stored decision can be
/// made again. It reads no clock and no store.
/// </summary>
public interface IDecisionEngine
{
    /// <summary>Decides.</summary>
    /// <param name="vector">The features, in the order of the schema that the engine was found by.</param>
    /// <param name="message">The transaction.</param>
    /// <param name="decidedAt">What counts as now, UTC.</param>
    DecisionResult Decide(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt);

    /// <summary>Every rule, matched or not, with the value of each part that was looked at.</summary>
    /// <param name="vector">The features.</param>
    /// <param name="message">The transaction.</param>
    /// <param name="decidedAt">What counts as now, UTC.</param>
    IReadOnlyList<RuleResult> Trace(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt);
}

/// <summary>Finds engines by their versions: those of today, and those that decided what is stored.</summary>
public interface IDecisionEngines
{
    /// <summary>The engine of exactly these versions; null when not all of them are here.</summary>
    ValueTask<IDecisionEngine?> FindAsync(DecisionVersions versions, CancellationToken cancellationToken);
}

/// <summary>What decided.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Model">The model; null when none counted.</param>
/// <param name="Lists">The state of the lists; null when none was looked into.</param>
/// <param name="FeatureSchema">What the vector's numbers mean.</param>
public sealed record DecisionVersions(string Rules, string? Model, string? Lists, string FeatureSchema);

/// <summary>What was decided.</summary>
/// <param name="Outcome">What to do.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Reasons">What made up the score.</param>
/// <param name="Rules">Each rule that matched or failed.</param>
public sealed record DecisionResult(FraudOutcome Outcome, int Score, IReadOnlyList<FraudReason> Reasons, IReadOnlyList<RuleFinding> Rules)
{
    /// <summary>Whether it is what <paramref name="decision"/> says, part by part.</summary>
    public bool IsSameAs(FraudAssessed decision) =>
        Outcome == decision.Outcome && Score == decision.Score && Reasons.SequenceEqual(decision.Reasons) && Rules.SequenceEqual(decision.Rules ?? []);
}
