using System.Globalization;
using Orchestrator.Contracts;

namespace Orchestrator.Messaging.Clusters;

/// <summary>A topic as it should be.</summary>
/// <param name="Name">Its name on the cluster.</param>
/// <param name="Partitions">How many partitions; what lanes read together must have as many.</param>
public sealed record TopicPlan(string Name, int Partitions)
{
    /// <summary>The largest batch that a topic must take, in bytes: twice the largest message, for a producer may exceed its own bound by one.</summary>
    public const int MaxBatchBytes = 2 << 20;

    /// <summary>How many days copies of parked messages are kept: people look at them later than services read.</summary>
    public const int ParkedDays = 30;

    /// <summary>Whether its messages are kept for ever.</summary>
    public bool KeepForever { get; init; }

    /// <summary>How many replicas it is created with; -1 for what the cluster does by default: three on most that matter, one on a developer's.</summary>
    public short Replication { get; init; } = -1;

    /// <summary>How many replicas have to have a message before it is acknowledged; null for what the cluster does by default.</summary>
    public int? MinInSync { get; init; }

    /// <summary>How many days messages are kept, unless for ever; null for what the cluster does by default.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>The largest batch of messages, in bytes; null for what the cluster does by default.</summary>
    public int? MaxMessageBytes { get; init; }

    /// <summary>What it is created with, by Kafka's names.</summary>
    public Dictionary<string, string> Settings
    {
        get
        {
            // Never compacted: every message of a key counts, not its last one alone.
            var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["cleanup.policy"] = "delete" };
            if (KeepForever)
            {
                settings["retention.ms"] = "-1";
                settings["retention.bytes"] = "-1";
            }
            else if (RetentionDays is { } days)
            {
                settings["retention.ms"] = Text((long)TimeSpan.FromDays(days).TotalMilliseconds);
            }
            if (MinInSync is { } minInSync)
                settings["min.insync.replicas"] = Text(minInSync);
            if (MaxMessageBytes is { } bytes)
                settings["max.message.bytes"] = Text(bytes);
            return settings;
        }
    }

    /// <summary>Every topic of the contracts, and beside each the one for copies of its parked messages.</summary>
    public static IReadOnlyList<TopicPlan> Defaults(int partitions = Topics.DefaultPartitions) => Of(new TopicNeeds { Partitions = partitions });

    /// <summary>The same, with what a cluster should hold them to.</summary>
    public static IReadOnlyList<TopicPlan> Of(TopicNeeds needs) =>
    [
        .. Topics.All.Select(name => needs.Plan(name, isParked: false)),
        .. Topics.All.Select(name => needs.Plan(name, isParked: true)),
    ];

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What all topics should be held to.</summary>
public sealed record TopicNeeds
{
    /// <summary>How many partitions, and so lanes.</summary>
    public int Partitions { get; init; } = Topics.DefaultPartitions;

    /// <summary>How many replicas; -1 for the cluster's default.</summary>
    public short Replication { get; init; } = -1;

    /// <summary>How many replicas have to have a message; null for all but one of <see cref="Replication"/>, where that says more than two, and else the cluster's default.</summary>
    public int? MinInSync { get; init; }

    /// <summary>
    /// How many days messages are kept; null for the cluster's default. No longer than the inbox remembers ids: a new cluster behind the database is read from its beginning, and what
    /// took effect before is known by its id.
    /// </summary>
    public int? RetentionDays { get; init; }

    /// <summary>The largest batch of messages, in bytes; null for the cluster's default.</summary>
    public int? MaxMessageBytes { get; init; }

    /// <summary>Whether a topic may be kept for ever; where the cluster cannot, it is kept as long as the cluster does.</summary>
    public bool CanKeepForever { get; init; } = true;

    /// <summary>Other names for topics, by default name.</summary>
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>A topic's name on the cluster, by its default name, that of copies of parked messages too.</summary>
    public string NameOf(string topic)
    {
        var suffix = Topics.ParkedSuffix;
        var plain = topic.EndsWith(suffix, StringComparison.Ordinal) ? topic[..^suffix.Length] : topic;
        return Names.GetValueOrDefault(plain, plain) + topic[plain.Length..];
    }

    internal TopicPlan Plan(string topic, bool isParked) => new(NameOf(isParked ? topic + Topics.ParkedSuffix : topic), Partitions)
    {
        KeepForever = topic == Topics.LedgerEvents && !isParked && CanKeepForever,
        Replication = Replication,
        MinInSync = MinInSync ?? (Replication > 2 ? Replication - 1 : null),
        RetentionDays = RetentionDays is { } days ? (isParked ? Math.Max(days, TopicPlan.ParkedDays) : days) : null,
        MaxMessageBytes = MaxMessageBytes,
    };
}
