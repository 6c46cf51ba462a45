using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Streams;

namespace Orchestrator.Decisioning.Records;

/// <summary>The alert about a decision that somebody has asked for and that no saga follows. Its id follows from the transaction: raising it twice is raising it once.</summary>
static class DecisionAlert
{
    static readonly AnswerId Ids = new("decision-records\nalert");

    /// <summary>The alert of a review or a decline.</summary>
    public static AlertRaised Of(FraudAssessed decision) => new(
        Ids.To(decision.TransactionId), decision.SourceAccountId, decision.Outcome == FraudOutcome.Review ? "decision_review" : "decision_declined", decision.Score,
        [.. decision.Reasons.Select(r => r.Sentence)], decision.AssessedAt, decision.TransactionId);
}
