using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// A lane: one partition number across all co-partitioned topics of one group. It has one owner at a time and is the single writer for its keys.
/// </summary>
/// <param name="Group">The group's name, also its Kafka consumer group id.</param>
/// <param name="Partition">The partition number, from 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LaneId(string Group, int Partition)
{
    /// <summary>ce_source of what the lane publishes.</summary>
    public string Source => $"/orchestrator/{Group}/{Partition}";

    /// <inheritdoc />
    public override string ToString() => $"{Group}[{Partition}]";
}
