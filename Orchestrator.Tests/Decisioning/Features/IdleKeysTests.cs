using System.Buffers;
using CsCheck;
using Orchestrator.Decisioning.Features;
using Orchestrator.Messaging.Streams;
using static Orchestrator.Tests.Decisioning.Features.EngineRuns;
using static Orchestrator.Tests.Decisioning.Features.EventStreams;

namespace Orchestrator.Tests.Decisioning.Features;

public sealed class IdleKeysTests
{
    static readonly FeaturePlan Plan = FeaturePlan.Standard;

    // Most keys are away at any time.
    static readonly FeatureEngineOptions Cramped = new() { Lateness = TimeSpan.FromDays(2), MaxKeys = 2, IdleAfter = TimeSpan.FromDays(3) };

    static readonly FeatureEngineOptions Roomy = Cramped with { MaxKeys = 250_000, IdleAfter = TimeSpan.FromDays(3_000) };

    [Fact]
    public void Idle_keys_when_snapshots_are_written_between_events_and_the_process_stops_do_give_the_vectors_of_one_that_forgets_nothing() =>
        (from arrivals in Any
         from began in Gen.Int[0, arrivals.Length]
         from slices in Gen.Int[0, 3].Array[arrivals.Length + 1]
         select (arrivals, began, slices)).Sample(
            sample =>
            {
                var whole = Run(new FeatureEngine(Plan, Roomy), sample.arrivals);
                var idle = new IdleKeys(1_000, Cramped.MaxEventsPerKey);
                var engine = new FeatureEngine(Plan, Cramped, idle);
                var vectors = Run(engine, sample.arrivals[..sample.began]);

                engine.BeginSnapshot();
                idle.BeginSnapshot();
                var (engineBytes, idleBytes) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
                var (moreOfEngine, moreIdle) = (true, true);
                foreach (var (i, arrival) in sample.arrivals[sample.began..].Index())
                {
                    for (var n = 0; n < sample.slices[i]; n++)
                    {
                        if (moreOfEngine)
                            moreOfEngine = engine.Snapshot(engineBytes, bytes: 1);
                        else if (moreIdle)
                            moreIdle = idle.Snapshot(idleBytes);
                    }
                    Run(engine, [arrival]);
                }
                while (moreOfEngine)
                    moreOfEngine = engine.Snapshot(engineBytes);
                while (moreIdle)
                    moreIdle = idle.Snapshot(idleBytes);

                var restoredIdle = new IdleKeys(1_000, Cramped.MaxEventsPerKey);
                restoredIdle.Restore(new MemoryStream(idleBytes.WrittenSpan.ToArray()));
                var restored = new FeatureEngine(Plan, Cramped, restoredIdle);
                restored.Restore(new MemoryStream(engineBytes.WrittenSpan.ToArray()));
                vectors.AddRange(Run(restored, sample.arrivals[sample.began..]));
                Assert.Equal(whole, vectors);
            },
            iter: 500);

    [Fact]
    public void Idle_keys_at_the_capacity_do_forget_and_never_hold_more()
    {
        var idle = new IdleKeys(10, maxEvents: 128);
        for (ulong key = 1; key <= 100; key++)
            idle.Keep(KeyKind.Account, key, [1, 2, 3]);

        Assert.Equal(10, idle.Count);
        Assert.True(idle.TryTake(KeyKind.Account, 100, new ArrayBufferWriter<byte>()));
        Assert.False(idle.TryTake(KeyKind.Account, 100, new ArrayBufferWriter<byte>()));
        Assert.False(idle.TryTake(KeyKind.Account, 1, new ArrayBufferWriter<byte>()));
        Assert.Equal(10, idle.Count);
    }

    [Fact]
    public void Idle_keys_when_their_bytes_are_damaged_are_refused_by_name() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample((at, with, cut) =>
        {
            var idle = new IdleKeys(10, maxEvents: 128);
            for (ulong key = 1; key <= 5; key++)
                idle.Keep(KeyKind.Terminal, key, new byte[key * 3]);
            idle.BeginSnapshot();
            var bytes = new ArrayBufferWriter<byte>();
            while (idle.Snapshot(bytes))
            {
                // Until there is no more.
            }
            var damaged = bytes.WrittenSpan.ToArray();
            if (cut)
                damaged = damaged[..(at % damaged.Length)];
            else
                damaged[at % damaged.Length] = with;
            try
            {
                new IdleKeys(10, maxEvents: 128).Restore(new MemoryStream(damaged));
                Assert.False(cut, "what is cut off has no end");
            }
            catch (Exception e) when (e is InvalidDataException || (e is SnapshotOfOtherVersionException && at % bytes.WrittenCount < sizeof(uint)))
            {
                // Named; what is read as a state is checked again when its key comes back.
            }
        });
}
