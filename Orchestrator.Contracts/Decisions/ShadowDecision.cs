namespace Orchestrator.Contracts.Decisions;

/// <summary>What rules or a model on trial would have decided.</summary>
/// <param name="Outcome">What would have been done.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Version">Which rules, and which model when there was one.</param>
public sealed record ShadowDecision(FraudOutcome Outcome, int Score, string Version)
{
    internal void Validate(ContractErrors errors)
    {
        DecisionChecks.Score(Score, "shadow.score", errors);
        errors.Required(Version, "shadow.version");
    }
}
