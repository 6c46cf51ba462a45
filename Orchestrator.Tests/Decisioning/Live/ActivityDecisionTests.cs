using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Tests.Decisioning.Features;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;
using static Orchestrator.Tests.Decisioning.Live.DecisioningFixture;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>Payments of accounts whose owners are on the site: what the lanes know of it, and keep of it.</summary>
public sealed class ActivityDecisionTests(TestInfrastructure infrastructure)
{
    const string Rules =
        """
        { "thresholds": { "review": 500, "decline": 900 }, "rules": [ {
            "name": "hasty", "when": "activity_seconds_since_login < 3_000 and activity_new_device == 1", "score": "600",
            "sentence": "Paid {activity_seconds_since_login:0} seconds after the login, from a device that was not seen before, having looked at {activity_pages_in_session:0} pages." } ] }
        """;

    static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    int _sent;

    [Fact]
    public async Task Payment_when_its_payer_is_on_the_site_is_decided_by_what_was_done_before()
    {
        var rules = Path.Combine(await ScratchDirectory.CreateAsync("activity-rules"), "rules.json");
        await File.WriteAllTextAsync(rules, Rules);
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartAsync(rules: rules);
        Send(fixture, "alice");
        var seen = await SeenAsync(fixture, "alice");

        var seconds = (seen.EventAt!.Value - Start).TotalSeconds + 60;
        Assert.Equal((FraudOutcome.Review, 600, null), (seen.Outcome, seen.Score, seen.Degraded));
        Assert.Equal($"Paid {seconds:0} seconds after the login, from a device that was not seen before, having looked at 7 pages.", Assert.Single(seen.Reasons).Sentence);
        Assert.Equal((float)seconds, Feature(seen, ActivityFeatureNames.SecondsSinceLogin));
        Assert.Equal((1f, 3f), (Feature(seen, ActivityFeatureNames.NewDevice), Feature(seen, ActivityFeatureNames.SessionsInHour)));

        // Whoever was not seen is decided about as ever.
        var other = await PayAsync(fixture, "bob");
        Assert.Equal((FraudOutcome.Approve, 0, null), (other.Outcome, other.Score, other.Degraded));
        Assert.All(
            [ActivityFeatureNames.SecondsSinceLogin, ActivityFeatureNames.PagesInSession, ActivityFeatureNames.NewDevice, ActivityFeatureNames.SessionsInHour],
            name => Assert.Equal(FeatureDefinition.Missing, Feature(other, name)));

        // From the log, which has no order between topics.
        await fixture.CutOffAsync(host);
        host = await fixture.StartAsync(rules: rules);
        Assert.Equal(FraudOutcome.Review, (await SeenAsync(fixture, "alice")).Outcome);

        // From the snapshot of a stop in good order; opened as a lane is that has read other topics alone until now, it begins with what the topic has.
        await fixture.StopAsync(host);
        var topic = fixture.Kafka.Topic(Topics.ActivityFeatures);
        await fixture.ExecuteAsync($"update messaging.stream_snapshot set positions = positions - '{topic}'; update messaging.lane set positions = positions - '{topic}'");
        Send(fixture, "carol");
        await fixture.StartAsync(rules: rules);
        Assert.Equal(FraudOutcome.Review, (await PayAsync(fixture, "alice")).Outcome);
        Assert.Equal(FraudOutcome.Review, (await SeenAsync(fixture, "carol")).Outcome);
        ScratchDirectory.Delete(Path.GetDirectoryName(rules)!);
    }

    [Fact]
    public void Snapshot_when_it_was_written_before_anything_was_known_of_activity_is_read()
    {
        var former = FeaturePlan.Compile([.. FeatureCatalog.Standard.Take(75)], FeaturePlan.Standard.LabelDelay);
        var engine = new FeatureEngine(former);
        EngineRuns.Run(engine, Enumerable.Range(0, 60).Select(i => new Arrival(EngineRuns.Event(i, ((ulong)i % 3) + 1))));
        engine.BeginSnapshot();
        var bytes = new ArrayBufferWriter<byte>();
        EngineRuns.Rest(engine, bytes);
        var idle = new IdleKeys(10, 4_096);
        idle.BeginSnapshot();
        while (idle.Snapshot(bytes))
        {
            // Until it says that there is no more.
        }
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var telemetry = new DecisioningTelemetry(services.GetRequiredService<IMeterFactory>(), null, TimeProvider.System);

        var first = Written(Lane(telemetry, new MemoryStream(bytes.WrittenSpan.ToArray())));

        Assert.Equal(first, Written(Lane(telemetry, new MemoryStream(first))));
        Assert.True(first.Length > bytes.WrittenCount);
    }

    static byte[] Written(DecisioningLane lane)
    {
        lane.BeginSnapshot();
        var bytes = new ArrayBufferWriter<byte>();
        while (lane.Snapshot(bytes))
        {
            // Until it says that there is no more.
        }
        return bytes.WrittenSpan.ToArray();
    }

    static DecisioningLane Lane(DecisioningTelemetry telemetry, Stream snapshot)
    {
        var plan = FeaturePlan.Standard;
        var idle = new IdleKeys(10, 4_096);
        var lane = new DecisioningLane(
            new FeatureEngine(plan, store: idle), new TransactionDecider(FeatureFields.SchemaOf(plan.Schema), plan.Schema, TimeProvider.System, TimeSpan.Zero), null!, null!,
            telemetry.Lane(0), idle: idle, activity: new AccountActivity(plan.Schema, 10));
        lane.Restore(snapshot);
        return lane;
    }

    static void Send(DecisioningFixture fixture, string account)
    {
        var id = new Guid(6_000, (short)account.Length, 0, [.. account.Select(c => (byte)c).Concat(new byte[8]).Take(8)]);
        fixture.Send(new ActivityFeatures(id, account, $"{account}-owner", Start, Start.AddMinutes(-4), 7, 3, NewDevice: true, Start.AddMinutes(-1)), id);
    }

    // Activity is answered by nobody, and stands on another topic: whoever pays again and again is seen at last.
    async Task<FraudAssessed> SeenAsync(DecisioningFixture fixture, string account)
    {
        FraudAssessed? seen = null;
        await Eventually.HoldsAsync("what was done is seen", async () => Feature(seen = await PayAsync(fixture, account), ActivityFeatureNames.PagesInSession) == 7);
        return seen!;
    }

    async Task<FraudAssessed> PayAsync(DecisioningFixture fixture, string account)
    {
        var transaction = Transactions.Of(5_000, Start.AddSeconds(++_sent), source: account);
        fixture.Send(transaction);
        return (await fixture.DecisionsAsync(_sent)).Single(d => d.TransactionId == transaction.TransactionId);
    }
}
