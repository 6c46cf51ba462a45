using CsCheck;
using Orchestrator.Decisioning.Features;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

/// <summary>Keys that lanes share have no snapshot of their own: lanes bring again what they had brought.</summary>
public sealed class SharedKeysTests
{
    const int Lanes = 3;

    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    // What is forgotten for its idleness is not compared.
    static readonly FeatureEngineOptions Options = new() { Lateness = TimeSpan.FromDays(2), IdleAfter = TimeSpan.FromDays(3650) };

    static readonly FeatureEngineOptions Patient = Options with { Lateness = TimeSpan.FromDays(30) };

    static readonly Gen<(Arrival[] Arrivals, int[] Cuts, int[] Order)> Restarted =
        from arrivals in Any
        from cut in Gen.Int[0, arrivals.Length]
        // Not so far apart that what is replayed would be too late.
        from back in Gen.Int[0, 2].Array[Lanes]
        from order in Gen.Shuffle(Enumerable.Range(0, Lanes).ToArray())
        select (Apart(arrivals), back.Select(b => Math.Max(0, cut - b)).ToArray(), order);

    [Fact]
    public void Lane_when_it_shares_keys_with_nobody_does_give_the_vectors_of_an_engine_of_its_own() =>
        Any.Sample(
            arrivals =>
            {
                var alone = new FeatureEngine(Plan, Options);
                var lane = new FeatureEngine(Plan, Options, crossLane: new CrossLaneKeys(Plan, Options));
                var (expected, actual) = (new float[Plan.Schema.Length], new float[Plan.Schema.Length]);
                foreach (var arrival in arrivals)
                {
                    // What is older is seen as far back as is remembered, and an engine of its own may have dropped less.
                    var isWhole = arrival.IsEvent && arrival.Event.AtMs >= alone.WatermarkMs;
                    Take(alone, arrival, expected);
                    Take(lane, arrival, actual);
                    if (isWhole)
                        Assert.Equal(expected, actual);
                }
            },
            iter: Samples.Of(500));

    [Fact]
    public void Lanes_when_all_are_restored_in_any_order_do_go_on_as_without_a_restart() =>
        Restarted.Sample(
            sample =>
            {
                var whole = new World(Options);
                var before = new World(Options);
                var cut = sample.Cuts[0];
                whole.Run(sample.Arrivals[..cut]);
                before.Run(sample.Arrivals[..cut]);

                var after = new World(Options);
                foreach (var lane in sample.Order)
                    after.Restore(lane, before.Save(lane));

                Assert.Equal(whole.SharedEvents(), after.SharedEvents());
                EqualFrom(whole, after, sample.Arrivals[cut..]);
            },
            iter: Samples.Of(1_000));

    [Fact]
    public void Lanes_when_each_has_a_snapshot_of_its_own_moment_do_find_the_same_by_replaying() =>
        Restarted.Sample(
            sample =>
            {
                var cut = sample.Cuts.Max();
                var whole = new World(Patient);
                whole.Run(sample.Arrivals[..cut]);
                var snapshots = Snapshots(sample.Arrivals, sample.Cuts, out _);

                var after = new World(Patient);
                foreach (var lane in sample.Order)
                {
                    // A lane that is restored goes on at once, though others are not there yet.
                    after.Restore(lane, snapshots[lane]);
                    after.Run(sample.Arrivals[sample.Cuts[lane]..cut].Where(a => LaneOf(a.Event) == lane));
                }

                Assert.Equal(whole.SharedEvents(), after.SharedEvents());
                EqualFrom(whole, after, sample.Arrivals[cut..]);
            },
            iter: Samples.Of(500));

    [Fact]
    public void Lane_when_its_process_had_it_before_does_bring_nothing_twice() =>
        Restarted.Sample(
            sample =>
            {
                var cut = sample.Cuts.Max();
                var whole = new World(Patient);
                whole.Run(sample.Arrivals[..cut]);
                var snapshots = Snapshots(sample.Arrivals, sample.Cuts, out var world);

                // The lanes are opened anew one after the other; the keys that they share were there all the time.
                foreach (var lane in sample.Order)
                {
                    world.Restore(lane, snapshots[lane]);
                    world.Run(sample.Arrivals[sample.Cuts[lane]..cut].Where(a => LaneOf(a.Event) == lane));
                }

                Assert.Equal(whole.SharedEvents(), world.SharedEvents());
                for (var lane = 0; lane < Lanes; lane++)
                    Assert.Equal(whole.Save(lane), world.Save(lane));
                EqualFrom(whole, world, sample.Arrivals[cut..]);
            },
            iter: Samples.Of(500));

    [Fact]
    public void Lane_when_it_has_brought_too_much_does_remember_the_newest_and_say_so()
    {
        var options = Options with { MaxShared = 1_000 };
        var engine = new FeatureEngine(Plan, options, crossLane: new CrossLaneKeys(Plan, options));
        Run(engine, Enumerable.Range(0, 5_000).Select(i => new Arrival(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + i })));

        var shared = new CrossLaneKeys(Plan, options);
        var restored = Restored(Saved(engine), options, shared);

        Assert.Equal((1_000, 4_000), (engine.Report().Shared!.Events, engine.Report().Shared!.Overflowed));
        Assert.Equal((1_000, 4_000), (restored.Report().Shared!.Events, restored.Report().Shared!.Overflowed));
        Assert.InRange(engine.Report().Shared!.Bytes, 1_000 * 60, 2_500 * 80);
        Assert.Equal(1_000, shared.Report().Kinds.Single(k => k.Kind == KeyKind.Merchant).Counts.Events);
    }

    [Fact]
    public void Lane_when_nothing_can_look_back_so_far_does_forget_what_it_has_brought()
    {
        var engine = new FeatureEngine(Plan, Options, crossLane: new CrossLaneKeys(Plan, Options));
        var hour = (long)TimeSpan.FromHours(1).TotalMilliseconds;
        Run(engine, Enumerable.Range(0, 24 * 400).Select(i => new Arrival(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * hour) })));

        // Windows of thirty days, labels of seven, two of lateness.
        Assert.InRange(engine.Report().Shared!.Events, 24 * 39, (24 * 39) + 2);
        Assert.Equal(0, engine.Report().Shared!.Overflowed);
    }

    [Fact]
    public void Label_when_it_comes_with_an_id_does_find_the_event_at_all_its_keys()
    {
        var shared = new CrossLaneKeys(Plan, Options);
        var engine = new FeatureEngine(Plan, Options, crossLane: shared);
        var vector = new float[Plan.Schema.Length];
        Run(engine, Enumerable.Range(0, 3_000).Select(i => new Arrival(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * 60_000L) })));
        var labelled = Event(2_000, (2_000 % 7) + 1);

        Assert.True(engine.Label(labelled.Account, labelled.Id, isFraud: true));
        Assert.False(engine.Label(labelled.Account, 987_654_321, isFraud: true));
        Assert.False(engine.Label(555, labelled.Id, isFraud: true));

        engine.Observe(labelled with { Id = 900_000, AtMs = Start.ToUnixTimeMilliseconds() + (15L * 86_400_000) }, [], vector);
        foreach (var name in new[] { "account_frauds_30d", "destination_frauds_30d", "device_frauds_30d", "ip_frauds_30d", "terminal_frauds_7d" })
            Assert.Equal(1, vector[Plan.Schema.IndexOf(name)]);
        var counts = engine.Report().Kinds.Single().Counts;
        Assert.Equal((1, 2), (counts.Labels, counts.LabelsUnmatched));
        Assert.All(shared.Report().Kinds, k => Assert.Equal((1, 0), (k.Counts.Labels, k.Counts.LabelsUnmatched)));
    }

    [Fact]
    public void Label_when_it_comes_with_an_id_to_an_engine_that_shares_no_keys_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => new FeatureEngine(Plan, Options).Label(1, 2, isFraud: true));

    // Which of two lanes is first at one key in one millisecond is nobody's to say: they never are in these streams. Within a lane times are equal as often as before.
    static Arrival[] Apart(Arrival[] arrivals) =>
        [.. arrivals.Select(a => a with { Event = a.Event with { AtMs = a.Event.AtMs + LaneOf(a.Event), ReceivedMs = a.Event.ReceivedMs + LaneOf(a.Event) } })];

    static int LaneOf(in FeatureEvent e) => (int)(e.Account % Lanes);

    static byte[][] Snapshots(Arrival[] arrivals, int[] cuts, out World world)
    {
        world = new World(Patient);
        var snapshots = new byte[Lanes][];
        for (var i = 0; i <= cuts.Max(); i++)
        {
            for (var lane = 0; lane < Lanes; lane++)
            {
                if (cuts[lane] == i)
                    snapshots[lane] = world.Save(lane);
            }
            if (i < cuts.Max())
                world.Run([arrivals[i]]);
        }
        return snapshots;
    }

    static void EqualFrom(World whole, World after, Arrival[] arrivals)
    {
        foreach (var arrival in arrivals)
        {
            var isWhole = arrival.IsEvent && arrival.Event.AtMs >= whole.WatermarkMs;
            var (expected, actual) = (whole.Run([arrival]), after.Run([arrival]));
            if (isWhole)
                Assert.Equal(expected, actual);
        }
    }

    /// <summary>Lanes of one process.</summary>
    sealed class World(FeatureEngineOptions options)
    {
        readonly CrossLaneKeys _shared = new(Plan, options);
        FeatureEngine[]? _lanes;

        public long WatermarkMs => _shared.Report().WatermarkMs;

        FeatureEngine[] Engines => _lanes ??= [.. Enumerable.Range(0, Lanes).Select(_ => new FeatureEngine(Plan, options, crossLane: _shared))];

        public List<float[]> Run(IEnumerable<Arrival> arrivals) => [.. arrivals.SelectMany(a => EngineRuns.Run(Engines[LaneOf(a.Event)], [a]))];

        public byte[] Save(int lane) => Saved(Engines[lane]);

        public void Restore(int lane, byte[] snapshot) => Engines[lane] = Restored(snapshot, options, _shared);

        /// <summary>What the shared keys have of events that anything can still look at.</summary>
        public List<string> SharedEvents()
        {
            var horizon = _shared.Partition.WatermarkMs - _shared.KeepMs;
            var found = new List<string>();
            foreach (var keys in _shared.Partition.Spaces)
            {
                for (var i = 0; i < (keys?.Count ?? 0); i++)
                {
                    foreach (var e in keys![i].State.Events.All)
                    {
                        if (e.AtMs > horizon)
                            found.Add($"{keys.Plan.Kind} {keys[i].Key} {e.AtMs} {e.Amount} {e.Tag} {e.Marks}");
                    }
                }
            }
            // Keys are in the order in which they came; the events of one are in the order of their times.
            return [.. found.OrderBy(f => f.Split(' ')[0], StringComparer.Ordinal).ThenBy(f => f.Split(' ')[1], StringComparer.Ordinal)];
        }
    }
}
