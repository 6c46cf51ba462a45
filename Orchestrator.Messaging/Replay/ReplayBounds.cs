using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Messaging.Replay;

/// <summary>Settles where a range begins and ends in each partition, as offsets: what is published from then on is none of it.</summary>
internal sealed class ReplayBounds(KafkaOptions kafka, ClusterFacts facts)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    /// <summary>Which cluster it is.</summary>
    public Task<string> ClusterIdAsync(CancellationToken cancellationToken) => AskAsync(() => facts.ClusterId(Patience), cancellationToken);

    /// <summary>How many partitions a topic has; null when there is no such topic.</summary>
    public async Task<int?> PartitionsAsync(string topic, CancellationToken cancellationToken) =>
        (await AskAsync(() => facts.TopicPartitions(Patience), cancellationToken)).TryGetValue(topic, out var count) ? count : null;

    /// <summary>What partitions hold.</summary>
    public Task<IReadOnlyDictionary<TopicPartition, Watermarks>> WatermarksAsync(IEnumerable<TopicPartition> partitions, CancellationToken cancellationToken) =>
        AskAsync(() => facts.ReadWatermarks(partitions, Patience), cancellationToken);

    /// <summary>The bounds of each partition that is wanted.</summary>
    /// <exception cref="ReplayException"><see cref="ReplayFailures.UnknownTopic"/> or <see cref="ReplayFailures.UnknownPartition"/>.</exception>
    public async Task<IReadOnlyList<PartitionProgress>> SettleAsync(ReplayOrder order, CancellationToken cancellationToken)
    {
        var count = await PartitionsAsync(order.Topic, cancellationToken) ?? throw new ReplayException(ReplayFailures.UnknownTopic, $"There is no topic {order.Topic} on the cluster.");
        if (order.Partitions?.Any(p => p < 0 || p >= count) == true)
            throw new ReplayException(ReplayFailures.UnknownPartition, $"{order.Topic} has the partitions 0 to {count - 1}.");
        var partitions = (order.Partitions?.Distinct().Order() ?? Enumerable.Range(0, count)).Select(p => new TopicPartition(order.Topic, p)).ToList();
        var held = await WatermarksAsync(partitions, cancellationToken);
        var from = await FindAsync(order.From, held, cancellationToken);
        var to = await FindAsync(order.To, held, cancellationToken);
        return [.. partitions.Select(p => Settle(p.Partition.Value, held[p], from?[p], to?[p], order.From?.Time is not null))];
    }

    /// <summary>The bounds of one partition.</summary>
    /// <param name="partition">Its number.</param>
    /// <param name="held">What it holds.</param>
    /// <param name="from">Where the range begins; with what is held when null.</param>
    /// <param name="to">Before what it ends; at the end when null.</param>
    /// <param name="byTime">Whether the beginning is an instant: then what lay before the first that is held may belong to the range, or not.</param>
    public static PartitionProgress Settle(int partition, Watermarks held, long? from, long? to, bool byTime)
    {
        var first = Math.Clamp(from ?? held.Low, held.Low, held.High);
        var end = Math.Clamp(to ?? held.High, first, held.High);
        var deleted = from is not { } wanted ? 0
            : byTime ? (wanted == held.Low ? held.Low : 0)
            : Math.Max(0, Math.Min(held.Low, to ?? held.Low) - wanted);
        return PartitionProgress.Begin(partition, first, end, deleted);
    }

    async Task<IReadOnlyDictionary<TopicPartition, long>?> FindAsync(ReplayBound? bound, IReadOnlyDictionary<TopicPartition, Watermarks> held, CancellationToken cancellationToken)
    {
        if (bound is null)
            return null;
        return bound.Time is { } time ? await AskAsync(() => FirstSince(time, held, cancellationToken), cancellationToken) : held.Keys.ToDictionary(p => p, _ => bound.Offset!.Value);
    }

    // A broker may answer with the batch that the message is in; the message itself is looked for from there.
    Dictionary<TopicPartition, long> FirstSince(DateTimeOffset time, IReadOnlyDictionary<TopicPartition, Watermarks> held, CancellationToken cancellationToken)
    {
        using var consumer = ReplaySource.Connect(kafka, null);
        var wanted = time.ToUnixTimeMilliseconds() + (time.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? 0 : 1);
        var asked = held.Keys.Select(p => new TopicPartitionTimestamp(p, new Timestamp(wanted, TimestampType.CreateTime)));
        var first = held.ToDictionary(p => p.Key, p => p.Value.High);
        foreach (var found in consumer.OffsetsForTimes(asked, Patience))
        {
            if (found.Offset.Value >= 0)
                first[found.TopicPartition] = LookFrom(consumer, found.TopicPartition, Math.Max(found.Offset.Value, held[found.TopicPartition].Low), held[found.TopicPartition].High, wanted, cancellationToken);
        }
        return first;
    }

    static long LookFrom(IConsumer<byte[], byte[]> consumer, TopicPartition partition, long offset, long high, long wanted, CancellationToken cancellationToken)
    {
        consumer.Assign(new TopicPartitionOffset(partition, offset));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Turn) is not { } read || read.TopicPartition != partition)
                continue;
            if (read.IsPartitionEOF || read.Offset.Value >= high)
                return high;
            if (read.Message.Timestamp.UnixTimestampMs >= wanted)
                return read.Offset.Value;
        }
    }

    // A stop does not wait for a broker that is away.
    static Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellationToken) => Task.Run(ask, cancellationToken).WaitAsync(cancellationToken);
}
