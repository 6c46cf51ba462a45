using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.Versions;
using Orchestrator.Tests.Decisioning.Versions;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Decisioning.RuleSets;

/// <summary>A database with rule sets and lists.</summary>
public abstract class RuleSetDatabase(TestInfrastructure infrastructure) : VersionsDatabase(infrastructure)
{
    protected static readonly RuleSchema Schema = FeatureFields.SchemaOf(FeaturePlan.Standard.Schema);

    protected RuleSetStore RuleSets => new(Database, Time);

    protected ListStore Lists => new(Database, Time);

    protected long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();

    protected RulesWatch Watch() => new(Database, Schema, new RulesOptions(), Time, NullLogger<RulesWatch>.Instance);

    protected static RuleSetContent Content(int score) =>
        new(new RuleSetThresholds(500, 900), [new RuleDefinition("large", "amount > 1_000", $"{score}", "{amount:money} is much.")]);

    /// <summary>A version that is live: written by Ann, put in force by Ben.</summary>
    protected async Task LiveAsync(string version, int score)
    {
        await RuleSets.CreateAsync(version, Content(score), Ann, default);
        await RuleSets.ToShadowAsync(version, null, Ann, default);
        Assert.IsType<VersionOutcome.Done>(await RuleSets.ActivateAsync(version, null, Ben, default));
    }
}
