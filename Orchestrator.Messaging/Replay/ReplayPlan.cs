namespace Orchestrator.Messaging.Replay;

/// <summary>What a dry run has counted.</summary>
/// <param name="Messages">How many messages would be taken.</param>
/// <param name="Bytes">Their keys and bodies together.</param>
/// <param name="DistinctKeys">How many keys they have; at least so many where <paramref name="KeysAreExact"/> says no.</param>
/// <param name="KeysAreExact">Whether all keys were counted.</param>
/// <param name="Types">How many of each type, the most first.</param>
/// <param name="Partitions">What is in each partition.</param>
public sealed record ReplayPlan(
    long Messages, long Bytes, long DistinctKeys, bool KeysAreExact, IReadOnlyList<PlannedType> Types, IReadOnlyList<PlannedPartition> Partitions);

/// <summary>Messages of one type.</summary>
/// <param name="Type">As header <c>ce_type</c> names it; <c>(none)</c> without one, <c>(other)</c> for those beyond the hundredth.</param>
/// <param name="Messages">How many.</param>
/// <param name="Bytes">Their keys and bodies together.</param>
public sealed record PlannedType(string Type, long Messages, long Bytes);

/// <summary>What would be taken of a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Messages">How many messages.</param>
/// <param name="Bytes">Their keys and bodies together.</param>
/// <param name="FirstOffset">The offset of the first.</param>
/// <param name="LastOffset">The offset of the last.</param>
/// <param name="FirstAt">The earliest time in Kafka, UTC.</param>
/// <param name="LastAt">The latest time in Kafka, UTC.</param>
/// <param name="Deleted">Offsets of the range that retention had deleted; where the range begins at an instant it may be fewer.</param>
public sealed record PlannedPartition(
    int Partition, long Messages, long Bytes, long? FirstOffset, long? LastOffset, DateTimeOffset? FirstAt, DateTimeOffset? LastAt, long Deleted);
