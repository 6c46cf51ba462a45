using System.Diagnostics;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>The same messages through the same broker with nothing behind: sent as they are, read by a consumer that is set as the service's is, and dropped.</summary>
static class ActivityFloor
{
    public const string Topic = "bench-activity-floor";

    /// <returns>Messages a second.</returns>
    public static async Task<double> MeasureAsync(BenchServers servers, IReadOnlyList<IReadOnlyList<EventBatch>> batches, CancellationToken stop)
    {
        var lanes = batches.Count;
        var read = new long[lanes];
        var all = batches.Sum(lane => lane.Sum(b => (long)b.Count));
        using var consumer = QuietClients.Consumer(servers.Kafka, "bench-activity-floor");
        consumer.Assign(Enumerable.Range(0, lanes).Select(lane => new TopicPartitionOffset(Topic, lane, Offset.Beginning)));
        var began = Stopwatch.GetTimestamp();
        var reading = Task.Factory.StartNew(() => Read(consumer, read, all, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await new ClosedLoop(servers, Topic, _ => Task.FromResult(read.Select((_, lane) => Volatile.Read(ref read[lane])).ToArray()), lanes).SendAsync(batches, stop);
        await reading;
        var elapsed = Stopwatch.GetElapsedTime(began);
        consumer.Close();
        return all / elapsed.TotalSeconds;
    }

    static void Read(IConsumer<byte[], byte[]> consumer, long[] read, long all, CancellationToken stop)
    {
        for (long count = 0; count < all;)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Consume(100) is not { } message)
                continue;
            Volatile.Write(ref read[message.Partition.Value], message.Offset.Value + 1);
            count++;
        }
    }
}
