using Orchestrator.Contracts;

namespace Orchestrator.Messaging.Clusters;

/// <summary>A topic as it should be.</summary>
/// <param name="Name">Its name on the cluster.</param>
/// <param name="Partitions">How many partitions; what lanes read together must have as many.</param>
public sealed record TopicPlan(string Name, int Partitions)
{
    /// <summary>Whether its messages are kept for ever; else the cluster's own retention holds.</summary>
    public bool KeepForever { get; init; }

    /// <summary>What it is created with, by Kafka's names.</summary>
    public Dictionary<string, string> Settings =>
        KeepForever ? new(StringComparer.Ordinal) { ["retention.ms"] = "-1", ["retention.bytes"] = "-1" } : [];

    /// <summary>Every topic of the contracts, and beside each the one for copies of its parked messages.</summary>
    public static IReadOnlyList<TopicPlan> Defaults(int partitions = Topics.DefaultPartitions) =>
    [
        .. Topics.All.Select(name => new TopicPlan(name, partitions) { KeepForever = name == Topics.LedgerEvents }),
        .. Topics.All.Select(name => new TopicPlan(name + Topics.ParkedSuffix, partitions)),
    ];
}
