using System.Runtime.InteropServices;
using Confluent.Kafka;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Clusters;

/// <summary>
/// Asks any Kafka cluster who it is and what it holds, by requests that every broker answers and that take no right to administer it.
/// Each question opens its own connections and closes them; ask at start and at times, not per message.
/// </summary>
/// <param name="configuration">The client properties, security included.</param>
public sealed class ClusterFacts(ClientConfig configuration)
{
    /// <summary>The cluster's id, which stays as long as its data does.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public string ClusterId(TimeSpan timeout)
    {
        using var client = Connect();
        // Any answer about metadata brings the id along. To ask for the id alone can miss an answer that comes at that very moment, and then waits in
        // vain for another one: librdkafka looks and waits without holding its lock in between.
        Check(Librdkafka.Metadata(client.Handle, allTopics: 0, onlyTopic: 0, out var metadata, Milliseconds(timeout)));
        Librdkafka.MetadataDestroy(metadata);
        var id = Librdkafka.ClusterId(client.Handle, timeoutMs: 0);
        if (id == 0)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
        }

        var text = Marshal.PtrToStringUTF8(id)!;
        Librdkafka.MemoryFree(client.Handle, id);
        return text;
    }

    /// <summary>Every topic that this client may see, with its number of partitions. Asking creates no topic.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public IReadOnlyDictionary<string, int> TopicPartitions(TimeSpan timeout)
    {
        using var client = Connect();
        Check(Librdkafka.Metadata(client.Handle, allTopics: 1, onlyTopic: 0, out var metadata, Milliseconds(timeout)));
        try
        {
            return MetadataLayout.TopicPartitions(metadata);
        }
        finally
        {
            Librdkafka.MetadataDestroy(metadata);
        }
    }

    /// <summary>How the partitions of these topics do, as the cluster's metadata have it; a topic that does not exist is left out.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public ClusterCondition Condition(IReadOnlyCollection<string> topics, TimeSpan timeout)
    {
        using var client = Connect();
        Check(Librdkafka.Metadata(client.Handle, allTopics: 1, onlyTopic: 0, out var metadata, Milliseconds(timeout)));
        try
        {
            return MetadataLayout.Condition(metadata, topics);
        }
        finally
        {
            Librdkafka.MetadataDestroy(metadata);
        }
    }

    /// <summary>The first offset that a partition still holds, and the one that its next message will get, for each partition asked for.</summary>
    /// <exception cref="KafkaException">A partition does not exist, or no broker answered in time.</exception>
    public IReadOnlyDictionary<TopicPartition, Watermarks> ReadWatermarks(IEnumerable<TopicPartition> partitions, TimeSpan timeout)
    {
        using var client = Connect();
        var watermarks = new Dictionary<TopicPartition, Watermarks>();
        foreach (var partition in partitions)
        {
            Check(Librdkafka.QueryWatermarkOffsets(
                client.Handle, partition.Topic, partition.Partition.Value, out var low, out var high, Milliseconds(timeout)));
            watermarks[partition] = new Watermarks(low, high);
        }

        return watermarks;
    }

    /// <summary>What a consumer group has committed as its next offsets, of the partitions asked for; those of which it has committed none are left out.</summary>
    /// <exception cref="KafkaException">No broker answered in time.</exception>
    public IReadOnlyDictionary<TopicPartition, long> ReadCommitted(string group, IEnumerable<TopicPartition> partitions, TimeSpan timeout)
    {
        var config = new ConsumerConfig(configuration.ToDictionary(property => property.Key, property => property.Value, StringComparer.Ordinal)) { GroupId = group, EnableAutoCommit = false };
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(config);
        return consumer.Committed(partitions, timeout).Where(committed => committed.Offset.Value >= 0)
            .ToDictionary(committed => committed.TopicPartition, committed => committed.Offset.Value);
    }

    LibrdkafkaClient Connect()
    {
        var client = LibrdkafkaClient.Create(
            configuration
                .Where(property => !property.Key.StartsWith("dotnet.", StringComparison.Ordinal))
                .Append(new("log_level", "0")) // What goes wrong comes back as an error; librdkafka would print it too.
                .Append(new("enable.metrics.push", "false")));
        try
        {
            SigningIn.SignIn(client, configuration);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    static int Milliseconds(TimeSpan timeout) => checked((int)timeout.TotalMilliseconds);

    static void Check(ErrorCode outcome)
    {
        if (outcome != ErrorCode.NoError)
        {
            throw new KafkaException(outcome);
        }
    }
}

/// <summary>What a partition holds.</summary>
/// <param name="Low">The offset of the first message that it still has.</param>
/// <param name="High">The offset that its next message will get.</param>
public readonly record struct Watermarks(long Low, long High);
