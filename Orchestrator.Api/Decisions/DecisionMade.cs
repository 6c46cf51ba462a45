using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Api.Decisions;

/// <summary>A decision for whoever has asked for it; the numbers behind it and what is said later stand under its address.</summary>
/// <param name="TransactionId">The transaction that it is about, and its own id.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="Outcome">What to do.</param>
/// <param name="Score">0 (harmless) to 1000 (certain fraud).</param>
/// <param name="Reasons">What made up the score, in sentences.</param>
/// <param name="Degraded">Why not all counted that should have, by stable names; empty when all did.</param>
/// <param name="Versions">What decided.</param>
/// <param name="Times">When it happened, came, and was decided.</param>
public sealed record DecisionMade(
    Guid TransactionId,
    string SourceAccountId,
    FraudOutcome Outcome,
    int Score,
    IReadOnlyList<FraudReason> Reasons,
    IReadOnlyList<string> Degraded,
    DecisionVersionsView Versions,
    DecisionTimes Times)
{
    internal static DecisionMade Of(FraudAssessed decision) => new(
        decision.TransactionId, decision.SourceAccountId, decision.Outcome, decision.Score, decision.Reasons, decision.Degraded ?? [],
        new DecisionVersionsView(decision.RulesVersion, decision.ModelVersion, decision.ListsVersion),
        new DecisionTimes(decision.EventAt, decision.ReceivedAt, decision.AssessedAt, decision.Watermark));
}
