using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>What decides, all of one moment: taken once a transaction, so that nothing changes while it is assessed.</summary>
/// <param name="Live">The rules that decide.</param>
/// <param name="Shadow">Those that are evaluated beside them; null when there are none.</param>
/// <param name="Lists">The lists that both look into.</param>
public sealed record RulesInForce(CompiledRuleSet Live, CompiledRuleSet? Shadow, ListsSnapshot Lists);

/// <summary>Tells which rules are in force.</summary>
public interface IRulesInForce
{
    /// <summary>What is in force.</summary>
    RulesInForce Current { get; }

    /// <summary>Done when that was read for the first time.</summary>
    Task Loaded { get; }
}

/// <summary>The evaluators of one lane, made anew only when other rules come into force.</summary>
/// <param name="time">The clock of deadlines.</param>
public sealed class LaneRules(TimeProvider time)
{
    /// <summary>Evaluates the live rules; null before the first <see cref="Follow"/>.</summary>
    public RuleSetEvaluator? Live { get; private set; }

    /// <summary>Evaluates the shadow; null when there is none.</summary>
    public RuleSetEvaluator? Shadow { get; private set; }

    /// <summary>Goes over to the rules in force.</summary>
    public void Follow(RulesInForce rules)
    {
        if (!ReferenceEquals(Live?.Rules, rules.Live))
            Live = new RuleSetEvaluator(rules.Live, time);
        if (!ReferenceEquals(Shadow?.Rules, rules.Shadow))
            Shadow = rules.Shadow is { } shadow ? new RuleSetEvaluator(shadow, time) : null;
    }
}
