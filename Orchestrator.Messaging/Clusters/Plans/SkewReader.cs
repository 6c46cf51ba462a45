using Confluent.Kafka;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>Reads how a topic's messages lie over its partitions: counts from offsets (control records of transactions among them), sizes from each partition's last messages.</summary>
/// <param name="configuration">The client properties, security included.</param>
/// <param name="time">Bounds the reading.</param>
public sealed class SkewReader(ClientConfig configuration, TimeProvider time)
{
    /// <summary>The most messages of a partition that are looked at.</summary>
    public const int Sample = 200;

    static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads one topic.</summary>
    /// <exception cref="KafkaException">It does not exist, or no broker answered in time.</exception>
    public TopicSkew Read(string topic, int partitions, CancellationToken cancellationToken)
    {
        var watermarks = new ClusterFacts(configuration).ReadWatermarks(Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p)), Bound);
        var sizes = Sizes(watermarks.Where(w => w.Value.High > w.Value.Low).ToDictionary(w => w.Key, w => w.Value), cancellationToken);
        return new TopicSkew(topic, [.. watermarks.OrderBy(w => w.Key.Partition.Value).Select(w =>
        {
            var messages = w.Value.High - w.Value.Low;
            var (count, bytes) = sizes.GetValueOrDefault(w.Key);
            return new PartitionLoad(w.Key.Partition.Value, messages, count == 0 ? 0 : (long)(bytes / (double)count * messages), count);
        })]);
    }

    Dictionary<TopicPartition, (int Count, long Bytes)> Sizes(Dictionary<TopicPartition, Watermarks> filled, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<TopicPartition, (int Count, long Bytes)>();
        if (filled.Count == 0)
            return sizes;
        // The group is never joined, and nothing is committed to it.
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(configuration.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal))
        {
            GroupId = "orchestrator-skew", EnableAutoCommit = false, EnableAutoOffsetStore = false, AutoOffsetReset = AutoOffsetReset.Earliest, EnablePartitionEof = true,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(configuration);
        consumer.Assign(filled.Select(f => new TopicPartitionOffset(f.Key, Math.Max(f.Value.Low, f.Value.High - Sample))));
        var open = filled.Keys.ToHashSet();
        var began = time.GetTimestamp();
        while (open.Count > 0 && time.GetElapsedTime(began) < Bound)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Poll) is not { } result)
                continue;
            if (!result.IsPartitionEOF)
            {
                var (count, bytes) = sizes.GetValueOrDefault(result.TopicPartition);
                if (count < Sample)
                    sizes[result.TopicPartition] = (count + 1, bytes + Size(result.Message));
            }
            if (result.IsPartitionEOF || result.Offset.Value + 1 >= filled[result.TopicPartition].High)
                open.Remove(result.TopicPartition);
        }
        return sizes;
    }

    static long Size(Message<byte[], byte[]> message) =>
        (message.Key?.Length ?? 0) + (message.Value?.Length ?? 0) + (message.Headers?.Sum(h => h.Key.Length + (h.GetValueBytes()?.Length ?? 0)) ?? 0);
}
