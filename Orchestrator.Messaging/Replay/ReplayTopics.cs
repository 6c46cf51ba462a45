using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Replay;

/// <summary>Topics of replays: made when one begins, deleted when what it made is not kept any longer.</summary>
internal sealed class ReplayTopics(KafkaOptions kafka, ReplayBounds bounds, TimeProvider time)
{
    /// <summary>How long the thread of a client takes to see that it is over: by default a tenth of a second, for each that is made for one question.</summary>
    public const int LongestGoodbyeMs = 5;

    const short BrokersDefaultReplication = -1;

    // A copy is larger than its message by the headers that it has.
    const int MostMessageBytes = 2 << 20;

    static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Makes a topic where there is none, and waits until it shows.</summary>
    /// <returns>False when it was there.</returns>
    public async Task<bool> EnsureAsync(string topic, int partitions, TimeSpan kept, CancellationToken cancellationToken)
    {
        if (await bounds.PartitionsAsync(topic, cancellationToken) is not null)
            return false;
        using var admin = Connect();
        try
        {
            await admin.CreateTopicsAsync([Specification(topic, partitions, kept)]).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // It came about between the look and the request: by this replay's former owner.
        }
        var began = time.GetTimestamp();
        while (await bounds.PartitionsAsync(topic, cancellationToken) is null)
        {
            if (time.GetElapsedTime(began) > VisibleWithin)
                throw new TimeoutException($"The topic {topic} was created, but the cluster does not show it");
            await Task.Delay(PollEvery, time, cancellationToken);
        }
        return true;
    }

    /// <summary>Deletes a topic; one that is not there is deleted.</summary>
    public async Task DeleteAsync(string topic, CancellationToken cancellationToken)
    {
        using var admin = Connect();
        try
        {
            await admin.DeleteTopicsAsync([topic]).WaitAsync(cancellationToken);
        }
        catch (DeleteTopicsException e) when (e.Results.TrueForAll(r => r.Error.Code is ErrorCode.NoError or ErrorCode.UnknownTopicOrPart))
        {
            // Somebody has deleted it.
        }
    }

    IAdminClient Connect() => new AdminClientBuilder(new AdminClientConfig(kafka.ClientConfig()) { CancellationDelayMaxMs = LongestGoodbyeMs }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).BuildSignedIn(kafka.ClientConfig());

    // Time is when the copy was written: by that of its message an old one would be deleted at once.
    static TopicSpecification Specification(string topic, int partitions, TimeSpan kept) => new()
    {
        Name = topic,
        NumPartitions = partitions,
        ReplicationFactor = BrokersDefaultReplication,
        Configs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = ((long)kept.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            ["retention.bytes"] = "-1",
            ["message.timestamp.type"] = "LogAppendTime",
            ["max.message.bytes"] = MostMessageBytes.ToString(CultureInfo.InvariantCulture),
        },
    };
}
