using Orchestrator.Broker.Logs;

namespace Orchestrator.Broker.Topics;

/// <summary>A topic and its partitions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Settings">What it was created with, by Kafka's names (retention.bytes, ...).</param>
/// <param name="Partitions">Its partitions by their numbers.</param>
internal sealed record Topic(string Name, IReadOnlyDictionary<string, string> Settings, IReadOnlyList<PartitionLog> Partitions)
{
    /// <summary>The partition of that number, if there is one.</summary>
    public PartitionLog? Partition(int number) => (uint)number < (uint)Partitions.Count ? Partitions[number] : null;
}
