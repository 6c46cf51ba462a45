using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Orchestrator.Cli.Output;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Cli.Tail;

/// <summary>Reads a topic without joining a group: it disturbs nobody and commits nothing.</summary>
/// <param name="kafka">How to reach the cluster.</param>
/// <param name="topic">The topic.</param>
/// <param name="formats">Reads what is not JSON; that is taken as it is when null.</param>
public sealed class TopicReader(ClientConfig kafka, string topic, LaneMessageReader? formats = null)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Reads on for ever, or to what was the end when it began.</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="partitions">Which partitions; empty for all.</param>
    /// <param name="toEnd">Whether to stop where each partition ended at the start.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException"><c>unknown_topic</c>, <c>unknown_partition</c> or <c>kafka_unreachable</c>.</exception>
    public async IAsyncEnumerable<TailMessage> ReadAsync(
        TailStart start, IReadOnlyCollection<int> partitions, bool toEnd, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var consumer = Connect();
        var (positions, ends) = await Task.Run(() => Locate(consumer, start, partitions), cancellationToken);
        consumer.Assign(positions);
        var open = positions.Where(p => p.Offset.Value < ends[p.TopicPartition].High).Select(p => p.TopicPartition).ToHashSet();
        var since = start is TailStart.Since { Time: var time } ? time : DateTimeOffset.MinValue;
        while (!toEnd || open.Count > 0)
        {
            var read = await Task.Run(() => Next(consumer), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (read is null)
                continue;
            if (toEnd && read.Offset.Value >= ends[read.TopicPartition].High)
            {
                open.Remove(read.TopicPartition);
                continue;
            }
            // An end before that one: what an open transaction holds back is waited for.
            if (read.IsPartitionEOF)
                continue;
            if (toEnd && read.Offset.Value == ends[read.TopicPartition].High - 1)
                open.Remove(read.TopicPartition);
            var message = new TailMessage(read, Body(read.Message));
            if (message.Time >= since)
                yield return message;
        }
    }

    byte[]? Body(Message<byte[], byte[]> message)
    {
        if (message.Value is null || formats is null)
            return message.Value;
        try
        {
            return formats.JsonOf(message);
        }
        catch (RegistryAwayException e)
        {
            Terminal.Warn(e.Message);
            return message.Value;
        }
    }

    static ConsumeResult<byte[], byte[]>? Next(IConsumer<byte[], byte[]> consumer)
    {
        try
        {
            // Short enough that Ctrl-C is felt at once.
            return consumer.Consume(TimeSpan.FromMilliseconds(200));
        }
        catch (ConsumeException e) when (!e.Error.IsFatal)
        {
            Terminal.Warn($"{e.Error.Code}: {e.Error.Reason}");
            return null;
        }
    }

    (List<TopicPartitionOffset> Positions, Dictionary<TopicPartition, WatermarkOffsets> Ends) Locate(
        IConsumer<byte[], byte[]> consumer, TailStart start, IReadOnlyCollection<int> partitions)
    {
        try
        {
            var all = Partitions(partitions);
            var ends = all.ToDictionary(p => p, p => consumer.QueryWatermarkOffsets(p, Patience));
            var positions = start switch
            {
                TailStart.Beginning => all.ConvertAll(p => new TopicPartitionOffset(p, ends[p].Low)),
                TailStart.At { Offset: var offset } => all.ConvertAll(p => new TopicPartitionOffset(p, Math.Clamp(offset, ends[p].Low, ends[p].High))),
                TailStart.Since { Time: var time } => AtTime(consumer, all, ends, time),
                _ => all.ConvertAll(p => new TopicPartitionOffset(p, ends[p].High)),
            };
            return (positions, ends);
        }
        catch (KafkaException e)
        {
            throw new CommandException("kafka_unreachable", $"{kafka.BootstrapServers}: {e.Error.Reason}", e);
        }
    }

    List<TopicPartition> Partitions(IReadOnlyCollection<int> chosen)
    {
        // Asking for all topics and not for this one: a question for an unknown topic would make some brokers create it.
        if (!new ClusterFacts(kafka).TopicPartitions(Patience).TryGetValue(topic, out var count))
            throw new CommandException("unknown_topic", $"There is no topic {topic} at {kafka.BootstrapServers}.");
        if (chosen.Any(p => p < 0 || p >= count))
            throw new CommandException("unknown_partition", $"{topic} has partitions 0 to {count - 1}.");
        return Enumerable.Range(0, count).Where(p => chosen.Count == 0 || chosen.Contains(p)).Select(p => new TopicPartition(topic, p)).ToList();
    }

    static List<TopicPartitionOffset> AtTime(
        IConsumer<byte[], byte[]> consumer, List<TopicPartition> all, Dictionary<TopicPartition, WatermarkOffsets> ends, DateTimeOffset time)
    {
        if (!LooksUpTimes(consumer, all, ends))
        {
            Terminal.Warn("This broker does not look up offsets by time: reading from the beginning and passing over what is older.");
            return all.ConvertAll(p => new TopicPartitionOffset(p, ends[p].Low));
        }
        var asked = all.Select(p => new TopicPartitionTimestamp(p, new Timestamp(time.UtcDateTime, TimestampType.CreateTime)));
        return consumer.OffsetsForTimes(asked, Patience).ConvertAll(found =>
            new TopicPartitionOffset(found.TopicPartition, found.Offset.Value >= 0 ? found.Offset.Value : ends[found.TopicPartition].High));
    }

    // To "the first message since 1970" a broker that looks up times answers with the first message; the embedded one answers -1.
    static bool LooksUpTimes(IConsumer<byte[], byte[]> consumer, List<TopicPartition> all, Dictionary<TopicPartition, WatermarkOffsets> ends)
    {
        var filled = all.Where(p => ends[p].High.Value > ends[p].Low.Value).Take(1).ToList();
        return filled.Count == 0
            || consumer.OffsetsForTimes(filled.Select(p => new TopicPartitionTimestamp(p, new Timestamp(1, TimestampType.CreateTime))), Patience)[0].Offset.Value >= 0;
    }

    IConsumer<byte[], byte[]> Connect() =>
        new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(new Dictionary<string, string>(kafka, StringComparer.Ordinal))
        {
            // A name is required, but with partitions assigned by hand no group comes about.
            GroupId = "orchestrator-tail",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 100,
            // Behind the last message there may be what is none, as a transaction's control record.
            EnablePartitionEof = true,
        })
        .SetLogHandler((_, _) => { })
        .SetErrorHandler((_, error) => Terminal.Warn($"{error.Code}: {error.Reason}"))
        .BuildSignedIn(kafka);
}
