using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Replay;

/// <summary>Makes stored decisions again.</summary>
public static class DecisionReplay
{
    /// <summary>Makes a decision again, of what it was made of.</summary>
    public static async ValueTask<ReplayOutcome> RunAsync(FraudAssessed decision, IDecisionEngines engines, CancellationToken cancellationToken)
    {
        if (decision.Features is not { } features || decision.FeatureSchema is not { } schema)
            return new ReplayOutcome.Impossible("It was stored without its features.");
        if (decision.Transaction is not { } transaction)
            return new ReplayOutcome.Impossible("It was stored without the transaction that its rules looked at.");
        var versions = new DecisionVersions(decision.RulesVersion, decision.ModelVersion, decision.ListsVersion, schema);
        if (await engines.FindAsync(versions, cancellationToken) is not { } engine)
            return new ReplayOutcome.Impossible("Not all of the rules, model and lists that decided are here any more.");
        var vector = FeatureVector.Read(features);
        var result = engine.Decide(vector, transaction, decision.AssessedAt);
        return new ReplayOutcome.Made(result, result.IsSameAs(decision), engine.Trace(vector, transaction, decision.AssessedAt));
    }
}

/// <summary>What became of making a decision again.</summary>
public abstract record ReplayOutcome
{
    /// <summary>It was made.</summary>
    /// <param name="Result">What came out.</param>
    /// <param name="Same">Whether that is what was decided then.</param>
    /// <param name="Trace">Every rule, with the value of each part that was looked at.</param>
    public sealed record Made(DecisionResult Result, bool Same, IReadOnlyList<RuleResult> Trace) : ReplayOutcome;

    /// <summary>It cannot be made again.</summary>
    /// <param name="Why">Why not, for people.</param>
    public sealed record Impossible(string Why) : ReplayOutcome;
}
