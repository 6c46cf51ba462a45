using Confluent.Kafka;

namespace Orchestrator.Messaging.Configuration;

/// <summary>
/// How to reach Kafka: any property of librdkafka by its own name (<c>bootstrap.servers</c>, <c>security.protocol</c>, <c>sasl.mechanism</c>, ...).
/// Section <c>Kafka</c>; the variable ORCHESTRATOR_KAFKA sets <c>bootstrap.servers</c>.
/// </summary>
public sealed class KafkaOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Kafka";

    /// <summary>Client properties for every client.</summary>
    public Dictionary<string, string> Client { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// How long the broker may keep an empty fetch waiting, in milliseconds: it answers as soon as there is something, but a partition that comes
    /// in between is asked for only with the next one. Default 50.
    /// </summary>
    public int FetchWaitMs { get; set; } = 50;

    /// <summary>
    /// How long the producer gathers messages into a batch, in milliseconds. Default 0: what is committed is published at once, and what a busy
    /// service commits meanwhile goes together by itself.
    /// </summary>
    public double LingerMs { get; set; }

    /// <summary>What every client of this process is configured with.</summary>
    /// <exception cref="InvalidOperationException">There is no bootstrap server.</exception>
    public ClientConfig ClientConfig()
    {
        if (!Client.TryGetValue("bootstrap.servers", out var servers) || string.IsNullOrWhiteSpace(servers))
            throw new InvalidOperationException("Kafka:bootstrap.servers is not set; set ORCHESTRATOR_KAFKA to host:port");
        return new ClientConfig(new Dictionary<string, string>(Client, StringComparer.Ordinal));
    }

    /// <summary>A producer that is idempotent, waits for all replicas, never gives up by itself, and partitions as every Kafka client does by default (murmur2).</summary>
    public ProducerConfig ProducerConfig() => new(ClientConfig())
    {
        EnableIdempotence = true,
        Acks = Acks.All,
        MessageTimeoutMs = 0,
        EnableGaplessGuarantee = true,
        Partitioner = Partitioner.Murmur2Random,
        LingerMs = LingerMs,
        BatchNumMessages = 10_000,
        QueueBufferingMaxMessages = 200_000,
        QueueBufferingMaxKbytes = 256 << 10,
        MessageMaxBytes = 1_048_576,
        DeliveryReportFields = "none",
    };

    /// <summary>A consumer whose partitions are assigned by hand and whose positions are ours to keep.</summary>
    /// <param name="group">The consumer group under which positions are also committed for standard tools.</param>
    public ConsumerConfig ConsumerConfig(string group) => new(ClientConfig())
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        IsolationLevel = IsolationLevel.ReadCommitted,
        EnablePartitionEof = false,
        // Nobody joins the group; what is left of a session is how long a commit, and so a stop, waits for a broker that is away.
        SessionTimeoutMs = 2_000,
        HeartbeatIntervalMs = 500,
        FetchWaitMaxMs = FetchWaitMs,
        FetchErrorBackoffMs = 50,
        MaxPartitionFetchBytes = 1 << 20,
        // What is read ahead counts over all partitions of the client together. At the limit fetching stops and, by default, for a whole second.
        QueuedMinMessages = 20_000,
        QueuedMaxMessagesKbytes = 16_384,
        FetchQueueBackoffMs = 1,
        SocketNagleDisable = true,
    };
}
