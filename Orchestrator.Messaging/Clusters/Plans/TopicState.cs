namespace Orchestrator.Messaging.Clusters.Plans;

/// <summary>A topic as it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Replication">How many replicas the partition with the fewest has.</param>
/// <param name="InSync">How many replicas are in sync where the fewest are.</param>
/// <param name="Leaderless">How many of its partitions nobody leads, so that nobody can read or write them.</param>
/// <param name="Settings">What holds for it, by Kafka's names; null when this client may not see it.</param>
public sealed record TopicState(string Name, int Partitions, int Replication, int InSync, int Leaderless, IReadOnlyDictionary<string, string>? Settings);
