using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CsCheck;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Streams.StreamFixture;

namespace Orchestrator.Tests.Streams;

public sealed class SnapshotTests(TestInfrastructure infrastructure)
{
    /// <summary>What is done to a table between slices.</summary>
    enum Step
    {
        Set,
        Begin,
        Slice,
        GiveUp,
    }

    [Fact]
    public void Table_when_it_changes_between_slices_does_write_what_was_there_when_the_snapshot_began()
    {
        var steps = Gen.Select(Gen.Frequency((20, Gen.Const(Step.Set)), (2, Gen.Const(Step.Begin)), (4, Gen.Const(Step.Slice)), (1, Gen.Const(Step.GiveUp))), Gen.Int[0, 60], Gen.Int);
        Gen.Select(Gen.Int[1, 80], steps.Array[0, 400]).Sample((capacity, done) =>
        {
            // Each entry fills half a slice, so that a snapshot takes many.
            var table = new SnapshotTable<int, int>(capacity, (writer, key, value) =>
            {
                var span = writer.GetSpan(8_000)[..8_000];
                BinaryPrimitives.WriteInt32LittleEndian(span, key);
                BinaryPrimitives.WriteInt32LittleEndian(span[4..], value);
                writer.Advance(span.Length);
            });
            Dictionary<int, int>? begun = null;
            var content = new ArrayBufferWriter<byte>();
            foreach (var (step, key, value) in done)
            {
                switch (step)
                {
                    case Step.Set:
                        table.Set(key, value);
                        break;
                    case Step.Begin:
                        begun = Enumerable.Range(0, 61).Where(k => table.TryGet(k, out _)).ToDictionary(k => k, k => table.TryGet(k, out var v) ? v : 0);
                        table.BeginSnapshot();
                        content.ResetWrittenCount();
                        break;
                    case Step.Slice when begun is not null:
                        if (!table.Snapshot(content))
                        {
                            Assert.Equal(begun.OrderBy(e => e.Key), Read(content.WrittenSpan).OrderBy(e => e.Key));
                            begun = null;
                        }
                        break;
                    case Step.GiveUp:
                        table.GiveUpSnapshot();
                        begun = null;
                        break;
                }
                Assert.True(table.Count <= capacity);
            }
        });
    }

    [Fact]
    public void Answer_id_when_it_is_made_again_is_the_same_and_of_version_8()
    {
        var ids = new AnswerId("decisioning");
        var id = ids.To(Id(1));
        Assert.Equal(id, new AnswerId("decisioning").To(Id(1)));
        Assert.NotEqual(id, new AnswerId("shadow").To(Id(1)));
        Assert.NotEqual(id, ids.To(Id(2)));
        Assert.Equal(8, id.Version);
        Assert.InRange(id.Variant, 8, 11);
    }

    [Fact]
    public async Task Snapshot_when_it_is_taken_under_load_does_not_stall_the_lane()
    {
        var slices = new ConcurrentQueue<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == MessagingTelemetry.Name && instrument.Name == "orchestrator.snapshot.slice")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => slices.Enqueue(seconds * 1e3));
        listener.Start();

        await using var fixture = await CreateAsync(infrastructure);
        var behaviour = new ChainProcessor.Behaviour { PaddingBytes = 2_000 };
        var host = await fixture.StartServiceAsync(behaviour);
        const int accounts = 10_000;
        for (var n = 0; n < accounts * 3; n++)
            fixture.Send(n, $"account{n % accounts}");
        await fixture.AnswersAsync(accounts * 3);
        await Eventually.HoldsAsync(
            "all that is known is stored",
            async () => await fixture.ScalarAsync<decimal>("select coalesce(sum(bytes), 0) from messaging.stream_snapshot") > accounts * 2_000m);
        await fixture.StopServiceAsync(host);

        // A slice is some 16 KB; whoever wrote all at once would take the whole 20 MB in few pieces.
        Assert.True(slices.Count > 300, $"{slices.Count} slices");
        var sorted = slices.Order().ToList();
        var p95 = sorted[sorted.Count * 95 / 100];
        TestContext.Current.TestOutputHelper?.WriteLine($"{sorted.Count} slices: p50 {sorted[sorted.Count / 2]:0.000} ms, p95 {p95:0.000} ms, longest {sorted[^1]:0.000} ms");
        Assert.True(p95 < 10, $"the slowest twentieth of slices took {p95:0.0} ms: more than what else runs here explains");

        await fixture.StartServiceAsync(behaviour);
        fixture.Send(accounts * 3, "account1");
        AssertChained(await fixture.AnswersAsync((accounts * 3) + 1));
        Assert.True(behaviour.Restored > 0);
    }

    static Dictionary<int, int> Read(ReadOnlySpan<byte> content)
    {
        var entries = new Dictionary<int, int>();
        for (; content.Length > 0; content = content[8_000..])
            entries.Add(BinaryPrimitives.ReadInt32LittleEndian(content), BinaryPrimitives.ReadInt32LittleEndian(content[4..]));
        return entries;
    }
}
