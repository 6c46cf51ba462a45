using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Messaging.Streams;
using Orchestrator.Tests.Decisioning.Models;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>Features are added at the end of the catalogue: what was made before there were so many still fits.</summary>
public sealed class GrownSchemaTests
{
    // As it stands in models and snapshots that were written before pages, devices and sessions were features.
    const string FormerHash = "58b10b740e45c153";
    const int FormerLength = 75;

    static readonly FeaturePlan Plan = FeaturePlan.Standard;
    static readonly FeaturePlan Former = FeaturePlan.Compile([.. FeatureCatalog.Standard.Take(FormerLength)], Plan.LabelDelay);

    [Fact]
    public void Schema_when_it_has_grown_does_know_what_it_was()
    {
        Assert.Equal((FormerHash, FormerLength), (Former.Schema.Hash, Former.Schema.Length));
        Assert.Equal((FormerLength, Plan.Schema.Length), (Plan.Schema.LengthOf(FormerHash), Plan.Schema.LengthOf(Plan.Schema.Hash)));
        Assert.Equal(-1, Former.Schema.LengthOf(Plan.Schema.Hash));
        Assert.Equal(-1, Plan.Schema.LengthOf(FeaturePlan.Compile(FeatureCatalog.Standard, TimeSpan.FromDays(3)).Schema.Hash));
        Assert.Equal(-1, Plan.Schema.LengthOf(FeaturePlan.Compile([.. FeatureCatalog.Standard.Skip(1)], Plan.LabelDelay).Schema.Hash));
        Assert.Equal(-1, Plan.Schema.LengthOf(null));
    }

    [Fact]
    public void Snapshot_when_features_are_supplied_since_is_read_and_goes_on_as_it_was()
    {
        var former = new FeatureEngine(Former);
        var arrivals = Enumerable.Range(0, 60).Select(i => new Arrival(Event(i, ((ulong)i % 3) + 1))).ToList();
        Run(former, arrivals);

        var grown = Restored(Saved(former), new FeatureEngineOptions());

        var next = Event(61, 1);
        var (before, now) = (new float[FormerLength], new float[Plan.Schema.Length]);
        former.Observe(next, [], before);
        grown.Observe(next, [float.NaN, 17], now);
        Assert.Equal(before[..^1], now[..(FormerLength - 1)]);
        Assert.Equal([17, FeatureDefinition.Missing, FeatureDefinition.Missing, FeatureDefinition.Missing], now[(FormerLength - 1)..]);
    }

    [Fact]
    public void Snapshot_when_its_keys_remember_less_is_refused()
    {
        var fewer = FeaturePlan.Compile([.. FeatureCatalog.Standard.Take(60)], Plan.LabelDelay);

        Assert.Equal(60, Plan.Schema.LengthOf(fewer.Schema.Hash));
        Assert.Contains(
            "schema", Assert.Throws<SnapshotOfOtherVersionException>(() => Restored(Saved(new FeatureEngine(fewer)), new FeatureEngineOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Model_when_it_was_trained_on_fewer_features_is_read_and_scores_the_same()
    {
        var model = SmallModels.Stump() with { SchemaHash = FormerHash };

        var file = SmallModels.Read(TreeModelFormat.Write(model));

        Assert.Equal(FormerHash, file.Description.SchemaHash);
        Assert.Equal(SmallModels.Read(SmallModels.File()).Model.Score(SmallModels.Vector(170)), file.Model.Score(SmallModels.Vector(170)));
        Assert.Contains("no feature", (model with { Inputs = [ActivityFeatureNames.PagesInSession] }).Problem(Plan.Schema), StringComparison.Ordinal);
        Assert.Null((model with { SchemaHash = Plan.Schema.Hash, Inputs = [ActivityFeatureNames.PagesInSession] }).Problem(Plan.Schema));
        var graph = OnnxGraph.Model("x", ["amount"], [1], 0) with { SchemaHash = FormerHash };
        Assert.Null(graph.Problem(Plan.Schema));
        Assert.Contains("no feature", (graph with { Inputs = [ActivityFeatureNames.NewDevice] }).Problem(Plan.Schema), StringComparison.Ordinal);
    }
}
