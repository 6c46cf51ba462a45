using System.ComponentModel.DataAnnotations;
using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration.Profiles;
using Orchestrator.Messaging.Kafka.Iam;

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
    [Range(1, 60_000)]
    public int FetchWaitMs { get; set; } = 50;

    /// <summary>
    /// How long the producer gathers messages into a batch, in milliseconds. Default 0: what is committed is published at once, and what a busy
    /// service commits meanwhile goes together by itself.
    /// </summary>
    [Range(0.0, 60_000.0)]
    public double LingerMs { get; set; }

    /// <summary>
    /// Which kind of Kafka is on the other side: what is assumed where nothing is said, and what is refused because that kind cannot do it; docs/clusters.md has it in full. Default
    /// <c>Kafka</c>, which assumes nothing.
    /// </summary>
    public KafkaProfile Profile { get; set; }

    /// <summary>The largest message that is published, in bytes; 0 for what the profile says: 1,048,576, and 1,000,000 on Event Hubs. Default 0.</summary>
    [Range(0, 64 << 20)]
    public int MaxMessageBytes { get; set; }

    /// <summary>How many replicas new topics have; 0 for what the profile says: 3, or with <c>Kafka</c> and <c>EventHubs</c> what the cluster does by default. Default 0.</summary>
    [Range(0, 10)]
    public int ReplicationFactor { get; set; }

    /// <summary>How many replicas of new topics must have a message before it is acknowledged; 0 for all but one of three or more, and else what the cluster does by default. Default 0.</summary>
    [Range(0, 10)]
    public int MinInSyncReplicas { get; set; }

    /// <summary>
    /// How many days new topics keep messages, except ledger-events, which keeps them for ever; copies of parked messages stay 30 days at least. 0 for as long as the inbox remembers ids
    /// (Messaging:InboxDays), which should not be less. Default 0.
    /// </summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; }

    /// <summary>
    /// Which region of AWS tokens of IAM are for, where clients of Amazon MSK sign in with them; empty for what the brokers' names say, or else AWS_REGION or AWS_DEFAULT_REGION. Default empty.
    /// </summary>
    public string Region { get; set; } = "";

    /// <summary>Where the process is, as AWS tells it; null when it does not.</summary>
    internal string? RegionOfProcess { get; set; }

    /// <summary>The region that tokens of IAM are for; null when nobody says.</summary>
    internal string? RegionOfTokens => IamSignIn.Region(Region, Client, RegionOfProcess);

    /// <summary>The same for a producer that gathers messages for another time.</summary>
    /// <param name="lingerMs">How long, in milliseconds.</param>
    public KafkaOptions WithLinger(double lingerMs)
    {
        var other = (KafkaOptions)MemberwiseClone();
        other.LingerMs = lingerMs;
        return other;
    }

    /// <summary>What topics should be held to.</summary>
    /// <param name="messaging">How many lanes there are, and how long ids are remembered.</param>
    /// <param name="names">Other names for topics, by default name.</param>
    public TopicNeeds Topics(MessagingOptions messaging, IReadOnlyDictionary<string, string> names)
    {
        var usual = ProfileDefaults.Topics(Profile);
        return usual with
        {
            Partitions = messaging.Partitions,
            Names = names,
            Replication = ReplicationFactor > 0 ? (short)ReplicationFactor : usual.Replication,
            MinInSync = MinInSyncReplicas > 0 ? MinInSyncReplicas : usual.MinInSync,
            RetentionDays = RetentionDays > 0 ? RetentionDays : usual.RetentionDays ?? messaging.InboxDays,
        };
    }

    /// <summary>What every client of this process is configured with.</summary>
    /// <exception cref="InvalidOperationException">There is no bootstrap server, or no region for the tokens that clients are to sign in with.</exception>
    public ClientConfig ClientConfig()
    {
        if (!Client.TryGetValue("bootstrap.servers", out var servers) || string.IsNullOrWhiteSpace(servers))
            throw new InvalidOperationException("Kafka:bootstrap.servers is not set; set ORCHESTRATOR_KAFKA to host:port");
        var properties = new Dictionary<string, string>(ProfileDefaults.Client(Profile, Client), StringComparer.Ordinal);
        var isIam = IamSignIn.IsMeant(Profile, Client);
        foreach (var (name, value) in isIam ? IamSignIn.Known(Client) : Client)
            properties[name] = value;
        if (isIam)
            properties[SigningIn.Property] = SigningIn.Marking(RegionOfTokens ?? throw new InvalidOperationException("region_missing: Kafka:Region is not set, and the brokers' names do not tell it"));
        return new ClientConfig(properties);
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
        MessageMaxBytes = MaxMessageBytes > 0 ? MaxMessageBytes : ProfileDefaults.MessageBytes(Profile),
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
