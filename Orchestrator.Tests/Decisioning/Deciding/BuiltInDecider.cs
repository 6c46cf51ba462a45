using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Deciding;

/// <summary>The built-in rules, with lists that are there and empty, on what an engine remembers.</summary>
sealed class BuiltInDecider(CurrencyScales? currencies = null)
{
    public static RuleSchema Schema { get; } = FeatureFields.SchemaOf(FeaturePlan.Standard.Schema);

    public RulesInForce Current { get; } = new(
        BuiltInRuleSet.Compile(Schema), null, new ListsSnapshot(1, BuiltInRuleSet.Lists.ToDictionary(l => l, _ => ListEntries.Empty, StringComparer.Ordinal)));

    public TransactionDecider Decider { get; } = new(Schema, FeaturePlan.Standard.Schema, TimeProvider.System, TimeSpan.Zero, currencies);

    /// <summary>Rules in force that differ from the built-in ones.</summary>
    public RulesInForce With(Func<RuleSetContent, RuleSetContent>? live = null, Func<RuleSetContent, RuleSetContent>? shadow = null) =>
        Current with { Live = Compile("live", live) ?? Current.Live, Shadow = Compile("shadow", shadow) };

    /// <summary>The features of a transaction, which is counted.</summary>
    public static float[] Vector(FeatureEngine memory, TransactionSubmitted transaction, CurrencyScales? currencies = null)
    {
        var vector = new float[memory.Schema.Length];
        memory.Observe(FeatureEvents.Of(transaction, transaction.OccurredAt, currencies: currencies), [], vector);
        return vector;
    }

    /// <summary>Decides as a lane does: a declined amount teaches nothing.</summary>
    public FraudAssessed Assess(FeatureEngine memory, TransactionSubmitted transaction)
    {
        var decision = Decide(Vector(memory, transaction, currencies), transaction);
        if (decision.Outcome == FraudOutcome.Decline)
            memory.Declined(FeatureEvents.Of(transaction, transaction.OccurredAt, currencies: currencies));
        return decision;
    }

    public FraudAssessed Decide(float[] vector, TransactionSubmitted transaction, RulesInForce? rules = null, ModelsInForce? models = null) =>
        Decider.Decide(transaction, vector, watermark: null, rules ?? Current, models ?? ModelsInForce.None, transaction.OccurredAt, transaction.OccurredAt);

    static CompiledRuleSet? Compile(string name, Func<RuleSetContent, RuleSetContent>? change)
    {
        if (change is null)
            return null;
        Assert.True(CompiledRuleSet.TryCompile(name, change(BuiltInRuleSet.Content), Schema, null, out var compiled, out var errors), string.Join("; ", errors));
        return compiled;
    }
}

/// <summary>A model that says what a test wants it to say of a vector.</summary>
sealed class StatedModel(string version, Func<float[], double> probability, DecisionThresholds? thresholds = null) : IScoringModel
{
    public string Version => version;

    public DecisionThresholds Thresholds { get; } = thresholds ?? new DecisionThresholds(0.02, 0.3);

    public ModelScore Score(ReadOnlySpan<float> vector) => new(0, probability(vector.ToArray()));

    public IReadOnlyList<FraudReason> Reasons(ReadOnlySpan<float> vector, int atMost) => [new FraudReason("amount", 300, $"The amount is {vector[0]}.")];

    public static ModelsInForce Champion(double probability) => new(new StatedModel("trees-1", _ => probability), null);
}
