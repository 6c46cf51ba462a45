using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Tests.Decisioning.RuleSets;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Deciding;

/// <summary>Decisions made again by the versions that made them, in force or not.</summary>
public sealed class DecisionEnginesTests(TestInfrastructure infrastructure) : RuleSetDatabase(infrastructure)
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    // Reads every number of the vector.
    static readonly StatedModel Former = new("trees-1", vector => 0.25 + (vector.Sum() % 0.5));

    [Fact]
    public async Task Decision_when_rules_and_model_are_no_longer_in_force_is_made_again_to_the_last_bit()
    {
        using var watch = Watch();
        await LiveAsync("one", 450);
        await watch.PollAsync(default);
        var transaction = Of(500_000);
        var memory = new FeatureEngine(Plan);
        for (var i = 30; i > 0; i--)
            BuiltInDecider.Vector(memory, Of(4_000 + (i * 37), Noon.AddDays(-i)));
        var decision = new TransactionDecider(Schema, Plan.Schema, Time, TimeSpan.FromSeconds(1)).Decide(
            transaction, BuiltInDecider.Vector(memory, transaction), Noon, watch.Current, new ModelsInForce(Former, null), Noon, Noon.AddTicks(1_234_567));
        Assert.Equal(("trees-1", true), (decision.ModelVersion, decision.Reasons.Count > 1));
        await LiveAsync("two", 1);
        await watch.PollAsync(default);

        var engines = new DecisionEngines(watch, RuleSets, new StoredModels(champion: true), Schema, Plan, Time);
        var made = Assert.IsType<ReplayOutcome.Made>(await DecisionReplay.RunAsync(decision, engines, default));

        Assert.True(made.Same);
        Assert.NotEqual("one", watch.Current.Live.Name);
    }

    [Fact]
    public async Task Decision_when_its_model_or_its_features_are_not_known_is_not_made_again()
    {
        using var watch = Watch();
        await watch.PollAsync(default);
        var engines = new DecisionEngines(watch, RuleSets, new StoredModels(champion: false), Schema, Plan, Time);
        var versions = new DecisionVersions(watch.Current.Live.Version, "trees-1", null, Plan.Schema.Hash);

        Assert.NotNull(await engines.FindAsync(versions, default));
        Assert.Null(await engines.FindAsync(versions with { Model = "trees-9" }, default));
        Assert.Null(await engines.FindAsync(versions with { FeatureSchema = "history-01234567" }, default));
        Assert.Null(await engines.FindAsync(versions with { Rules = "gone-01234567" }, default));
    }

    [Fact]
    public async Task Decision_when_features_were_added_since_is_made_again_without_them()
    {
        using var watch = Watch();
        await watch.PollAsync(default);
        var former = FeaturePlan.Compile([.. FeatureCatalog.Standard.SkipLast(3)], Plan.LabelDelay);
        var transaction = Of(500_000);
        var decision = new TransactionDecider(Schema, former.Schema, Time, TimeSpan.FromSeconds(1)).Decide(
            transaction, BuiltInDecider.Vector(new FeatureEngine(former), transaction), Noon, watch.Current, ModelsInForce.None, Noon, Noon);

        var engines = new DecisionEngines(watch, RuleSets, new StoredModels(champion: false), Schema, Plan, Time);
        var made = Assert.IsType<ReplayOutcome.Made>(await DecisionReplay.RunAsync(decision, engines, default));

        Assert.True(made.Same);
    }

    // One model that is stored, whichever is in force.
    sealed class StoredModels(bool champion) : IModelsInForce
    {
        public ModelsInForce Current => new(champion ? new StatedModel("trees-2", _ => 0) : null, null);

        public Task Loaded => Task.CompletedTask;

        public ValueTask<IScoringModel?> FindAsync(string version, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IScoringModel?>(version == Former.Version ? Former : null);
    }
}
