namespace Orchestrator.Broker.Groups;

/// <summary>Up to where a group has worked a partition off.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The next record to read.</param>
/// <param name="Metadata">The group's own words.</param>
internal readonly record struct GroupPosition(string Topic, int Partition, long Offset, string Metadata);
