using Confluent.Kafka;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Tests.Replay;

/// <summary>The order in which partitions are merged, and how fast messages are taken.</summary>
public sealed class ReplayMergeTests
{
    static readonly Gen<int[][]> Times = Gen.Int[0, 20].Array[0, 12].Array[1, 4];

    [Fact]
    public void Partitions_when_merged_come_in_the_order_of_their_clocks() => Times.Sample(times =>
    {
        var merged = Drain(times, [.. times.Select(_ => 0)], [.. times.Select(_ => 0L)]);

        Assert.Equal(InOrder(times), merged.Select(m => (m.ClockMs, m.Partition, m.Offset)));
    });

    // The earliest N are the same, wherever each partition was gone on with: what was taken before is a beginning of each, and all of it among the N.
    [Fact]
    public void Partitions_when_gone_on_with_bring_the_same_earliest_messages() => Gen.Select(Times, Gen.Int[0, 40], Gen.Double[0, 1].Array[4]).Sample((times, most, parts) =>
    {
        var earliest = InOrder(times).Take(most).ToList();
        var begun = times.Select((_, p) => (int)(parts[p] * earliest.Count(m => m.Partition == p))).ToArray();
        var clocks = times.Select((t, p) => begun[p] == 0 ? 0L : t.Take(begun[p]).Max()).ToArray();

        var rest = Drain(times, begun, clocks).Take(earliest.Count - begun.Sum()).Select(m => (m.ClockMs, m.Partition, m.Offset));

        Assert.Equal(
            earliest.Where(m => m.Offset >= begun[m.Partition]),
            rest);
    });

    [Fact]
    public void Pace_when_time_passes_lets_no_more_through_than_its_rate() => Gen.Select(Gen.Int[1, 5_000], Gen.Int[0, 300].Array[1, 200]).Sample((rate, pauses) =>
    {
        var time = new FakeTimeProvider();
        var pace = new ReplayPace(rate, time);
        var (began, taken) = (time.GetTimestamp(), 0);
        foreach (var pause in pauses)
        {
            time.Advance(TimeSpan.FromMilliseconds(pause));
            var wait = pace.Take();
            Assert.True(wait < TimeSpan.FromSeconds((1.0 / rate) + 0.001), $"{wait}");
            time.Advance(wait);
            taken++;
            Assert.True(taken <= (rate * (time.GetElapsedTime(began).TotalSeconds + 0.1)) + 1.001, $"{taken} in {time.GetElapsedTime(began)}");
        }
    });

    [Fact]
    public void Pace_when_there_is_no_rate_waits_for_nothing() => Assert.Equal(TimeSpan.Zero, new ReplayPace(null, new FakeTimeProvider()).Take());

    [Theory]
    [InlineData(0, 10, null, null, 0, 10, 0)]
    [InlineData(4, 10, null, null, 4, 10, 0)]
    [InlineData(4, 10, 2L, null, 4, 10, 2)]
    [InlineData(4, 10, 2L, 3L, 4, 4, 1)]
    [InlineData(4, 10, 6L, 8L, 6, 8, 0)]
    [InlineData(4, 10, 12L, 20L, 10, 10, 0)]
    [InlineData(0, 0, 3L, 9L, 0, 0, 0)]
    public void Bounds_when_settled_are_within_what_is_held_and_say_what_is_deleted(long low, long high, long? from, long? to, long first, long end, long deleted)
    {
        var settled = ReplayBounds.Settle(5, new Watermarks(low, high), from, to, byTime: false);

        Assert.Equal((5, first, end, first, deleted), (settled.Partition, settled.First, settled.End, settled.Position, settled.Deleted));
    }

    static List<(long ClockMs, int Partition, long Offset)> InOrder(int[][] times) =>
    [
        .. times.SelectMany((t, p) => t.Select((_, n) => (ClockMs: (long)t.Take(n + 1).Max(), Partition: p, Offset: (long)n))).OrderBy(m => m.ClockMs).ThenBy(m => m.Partition).ThenBy(m => m.Offset),
    ];

    // What comes from the network comes in some other order: partition after partition, a few at a time.
    static List<ScannedMessage> Drain(int[][] times, int[] begun, long[] clocks)
    {
        var merge = new ReplayMerge();
        var left = times.Select((t, p) => new Queue<int>(Enumerable.Range(begun[p], t.Length - begun[p]))).ToArray();
        var merged = new List<ScannedMessage>();
        for (var p = 0; p < times.Length; p++)
            merge.Add(p, clocks[p]);
        while (merge.Open.Any())
        {
            foreach (var p in merge.Open.Reverse().ToList())
            {
                for (var n = 0; n <= p && left[p].TryDequeue(out var offset); n++)
                    merge.Add(Message(p, offset, times[p][offset]));
                if (left[p].Count == 0)
                    merge.Close(p);
            }
            while (merge.TryTake() is { } message)
                merged.Add(message);
        }
        Assert.Equal(0, merge.Bytes);
        return merged;
    }

    static ConsumeResult<byte[], byte[]> Message(int partition, long offset, long atMs) => new()
    {
        Topic = "t", Partition = partition, Offset = offset,
        Message = new Message<byte[], byte[]> { Key = [1], Value = [2, 3], Timestamp = new Timestamp(atMs, TimestampType.CreateTime) },
    };
}
