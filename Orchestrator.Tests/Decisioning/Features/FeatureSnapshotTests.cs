using System.Buffers;
using CsCheck;
using Orchestrator.Decisioning.Features;
using Orchestrator.Messaging.Streams;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

public sealed class FeatureSnapshotTests
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    static readonly FeatureEngineOptions Options = new() { Lateness = TimeSpan.FromDays(2) };

    // Few keys and soon idle: they leave and move while a snapshot is written.
    static readonly FeatureEngineOptions Cramped = Options with { MaxKeys = 2, IdleAfter = TimeSpan.FromDays(5) };

    static readonly Gen<(Arrival[] Arrivals, int Cut, int[] Slices, bool IsCramped, bool IsShared)> Interleaved =
        from arrivals in Any
        from cut in Gen.Int[0, arrivals.Length]
        from slices in Gen.Int[0, 2].Array[arrivals.Length - cut]
        from isCramped in Gen.Bool
        from isShared in Gen.Bool
        select (arrivals, cut, slices, isCramped, isShared);

    [Fact]
    public void Snapshot_when_written_between_events_does_hold_the_state_at_its_beginning() =>
        Interleaved.Sample(
            sample =>
            {
                var options = sample.IsCramped ? Cramped : Options;
                FeatureEngine Engine() => new(Plan, options, crossLane: sample.IsShared ? new CrossLaneKeys(Plan, options) : null);
                var (engine, undisturbed, stopped) = (Engine(), Engine(), Engine());
                Run(engine, sample.Arrivals[..sample.Cut]);
                Run(undisturbed, sample.Arrivals[..sample.Cut]);
                Run(stopped, sample.Arrivals[..sample.Cut]);

                engine.BeginSnapshot();
                var slices = new ArrayBufferWriter<byte>();
                var isMore = true;
                var vectors = new List<float[]>();
                foreach (var (i, arrival) in sample.Arrivals[sample.Cut..].Index())
                {
                    // A slice of a byte is one of a key.
                    for (var slice = 0; slice < sample.Slices[i] && isMore; slice++)
                        isMore = engine.Snapshot(slices, bytes: 1);
                    vectors.AddRange(Run(engine, [arrival]));
                }
                while (isMore)
                    isMore = engine.Snapshot(slices, bytes: 1);

                Assert.Equal(Run(undisturbed, sample.Arrivals[sample.Cut..]), vectors);
                Assert.Equal(Saved(undisturbed), Saved(engine));
                var restored = Restored(slices.WrittenSpan.ToArray(), options, sample.IsShared ? new CrossLaneKeys(Plan, options) : null);
                Assert.Equal(Saved(stopped), Saved(restored));
            },
            iter: 1_000);

    [Fact]
    public void Snapshot_when_given_up_does_leave_nothing_to_the_next() =>
        Interleaved.Sample(
            sample =>
            {
                var engine = new FeatureEngine(Plan, Options, crossLane: new CrossLaneKeys(Plan, Options));
                var stopped = new FeatureEngine(Plan, Options, crossLane: new CrossLaneKeys(Plan, Options));
                Run(stopped, sample.Arrivals);

                engine.BeginSnapshot();
                foreach (var (i, arrival) in sample.Arrivals.Index())
                {
                    if (i == sample.Cut && sample.IsCramped)
                        engine.GiveUpSnapshot();
                    else if (i == sample.Cut)
                        engine.BeginSnapshot();
                    Run(engine, [arrival]);
                }
                if (sample.IsCramped && sample.Cut < sample.Arrivals.Length)
                    Assert.Throws<InvalidOperationException>(() => engine.Snapshot(new ArrayBufferWriter<byte>()));

                Assert.Equal(Saved(stopped), Saved(engine));
            },
            iter: 200);

    [Fact]
    public void Snapshot_when_the_journal_goes_round_meanwhile_does_hold_what_was_there() =>
        Gen.Select(Gen.Int[1, 2_500], Gen.Int[128, 1_500], Gen.Int[0, 40]).Sample(
            (cut, capacity, every) =>
            {
                // Days apart enough that some leave for their age, and more than a piece of the journal in any case.
                var options = Options with { MaxShared = capacity };
                var engine = new FeatureEngine(Plan, options, crossLane: new CrossLaneKeys(Plan, options));
                var stopped = new FeatureEngine(Plan, options, crossLane: new CrossLaneKeys(Plan, options));
                var arrivals = Enumerable.Range(0, 5_000).SelectMany(Days).ToList();
                Run(engine, arrivals[..cut]);
                Run(stopped, arrivals[..cut]);

                engine.BeginSnapshot();
                var slices = new ArrayBufferWriter<byte>();
                var isMore = true;
                foreach (var (i, arrival) in arrivals[cut..].Index())
                {
                    if (every > 0 && i % every == 0 && isMore)
                        isMore = engine.Snapshot(slices, bytes: 1);
                    Run(engine, [arrival]);
                }

                var bytes = isMore ? Rest(engine, slices) : slices.WrittenSpan.ToArray();
                Assert.Equal(Saved(stopped), Saved(Restored(bytes, options, new CrossLaneKeys(Plan, options))));
                Assert.InRange(engine.Report().Shared!.Events, 1, capacity);
            },
            iter: 40);

    [Fact]
    public void Snapshot_when_nothing_came_yet_does_restore_an_empty_engine()
    {
        var restored = Restored(Saved(new FeatureEngine(Plan, Options)), Options);

        Assert.Equal(Saved(new FeatureEngine(Plan, Options)), Saved(restored));
        Assert.Throws<InvalidOperationException>(() => restored.Snapshot(new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Snapshot_when_it_is_large_does_come_in_slices()
    {
        var engine = new FeatureEngine(Plan, Options, crossLane: new CrossLaneKeys(Plan, Options));
        Run(engine, Enumerable.Range(0, 20_000).Select(i => new Arrival(Event(i, ((ulong)i % 997) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + i })));

        engine.BeginSnapshot();
        var sizes = new List<int>();
        for (var isMore = true; isMore;)
        {
            var slice = new ArrayBufferWriter<byte>();
            isMore = engine.Snapshot(slice);
            sizes.Add(slice.WrittenCount);
        }

        Assert.InRange(sizes.Max(), 16 << 10, 32 << 10);
        Assert.InRange(sizes.Count, 20, 500);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Snapshot_when_bytes_are_changed_is_refused_and_touches_no_shared_keys(bool isShared)
    {
        CrossLaneKeys? Shared() => isShared ? new CrossLaneKeys(Plan, Options) : null;
        var engine = new FeatureEngine(Plan, Options, crossLane: Shared());
        Run(engine, Enumerable.Range(0, 60).Select(i => new Arrival(Event(i, ((ulong)i % 3) + 1))));
        var saved = Saved(engine);
        Gen.Select(Gen.Int[0, saved.Length - 1], Gen.Byte, Gen.Int[0, saved.Length]).Sample((at, value, length) =>
        {
            var damaged = saved[..length];
            if (at < length)
                damaged[at] = value;
            if (damaged.AsSpan().SequenceEqual(saved))
                return;
            var shared = Shared();
            var refused = Assert.ThrowsAny<Exception>(() => Restored(damaged, Options, shared));
            // Mark and schema stand first: one that was changed there may look like another version's, which is as little read.
            Assert.True(refused is InvalidDataException || (refused is SnapshotOfOtherVersionException && at < 20), refused.ToString());
            Assert.All(shared?.Report().Kinds ?? [], k => Assert.Equal(0, k.Keys));
        });
    }

    [Fact]
    public void Snapshot_when_it_is_of_another_sort_of_engine_is_refused()
    {
        var shared = new CrossLaneKeys(Plan, Options);
        var alone = Saved(new FeatureEngine(Plan, Options));
        var other = FeaturePlan.Compile(FeatureCatalog.Standard, TimeSpan.FromDays(3));

        Assert.Contains("other kinds", Assert.Throws<InvalidDataException>(() => Restored(alone, Options, shared)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "schema", Assert.Throws<SnapshotOfOtherVersionException>(() => new FeatureEngine(other).Restore(new MemoryStream(alone))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Snapshot_when_a_newer_version_wrote_it_is_told_from_a_damaged_one_and_leaves_nothing_behind()
    {
        var engine = new FeatureEngine(Plan, Options);
        Run(engine, Enumerable.Range(0, 20).Select(i => new Arrival(Event(i, 1))));
        var newer = Saved(engine);
        newer[3] = (byte)'3';
        var nobodys = Saved(engine);
        nobodys[0] = (byte)'x';
        var reader = new FeatureEngine(Plan, Options);

        Assert.Equal("A snapshot of features of version 3; this process reads 2", Assert.Throws<SnapshotOfOtherVersionException>(() => reader.Restore(new MemoryStream(newer))).Message);
        Assert.Throws<InvalidDataException>(() => reader.Restore(new MemoryStream(nobodys)));
        // What came to nothing is no hindrance to what can be read.
        reader.Restore(new MemoryStream(Saved(engine)));
    }

    [Fact]
    public void Snapshot_when_something_stands_behind_it_does_leave_that_to_others()
    {
        var engine = new FeatureEngine(Plan, Options);
        Run(engine, Enumerable.Range(0, 60).Select(i => new Arrival(Event(i, ((ulong)i % 3) + 1))));
        var stream = new MemoryStream([.. Saved(engine), 42]);

        new FeatureEngine(Plan, Options).Restore(stream);

        Assert.Equal(42, stream.ReadByte());
    }

    [Fact]
    public void Key_state_when_bytes_are_any_is_refused_or_read()
    {
        var plan = Plan.Keys[(int)KeyKind.Account];
        var engine = new FeatureEngine(Plan, Options);
        Run(engine, Enumerable.Range(0, 90).Select(i => new Arrival(Event(i, 1))));
        var bytes = new ArrayBufferWriter<byte>();
        KeyStateCodec.Write(engine.Partition.Spaces[(int)KeyKind.Account]!.Find(1)!, bytes);
        var good = bytes.WrittenSpan.ToArray();
        Gen.Select(Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[0, 4], Gen.Int[0, good.Length]).Sample((changes, length) =>
        {
            var changed = good.ToArray();
            foreach (var (at, value) in changes)
                changed[at] = value;
            ReadOrRefuse(plan, changed[..length]);
        });
        Gen.Byte.Array[0, 200].Sample(any => ReadOrRefuse(plan, any));
        Assert.Equal(90, KeyStateCodec.Read(plan, 4096, good).Events.Count);
    }

    static IEnumerable<Arrival> Days(int i)
    {
        yield return new(Event(i, ((ulong)i % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i * 4_000_000L) });
        if (i % 5 == 0)
            yield return new(Event(i / 2, ((ulong)(i / 2) % 7) + 1) with { AtMs = Start.ToUnixTimeMilliseconds() + (i / 2 * 4_000_000L) }, IsLabel: true, IsFraud: i % 2 == 0);
    }

    static void ReadOrRefuse(KeyPlan plan, byte[] bytes)
    {
        try
        {
            _ = KeyStateCodec.Read(plan, 4096, bytes);
        }
        catch (InvalidDataException)
        {
            // That is how it refuses; any other exception fails the test.
        }
    }
}
