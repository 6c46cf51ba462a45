namespace Orchestrator.Messaging.Parking;

/// <summary>What is parked of a key in one lane, seen from one of its messages.</summary>
/// <param name="ParkedId">That message.</param>
/// <param name="Group">The group of lanes.</param>
/// <param name="Kind"><c>lane</c>, where what follows a failed message waits, or <c>stream</c>, where nothing does.</param>
/// <param name="Partition">The lane's number.</param>
/// <param name="Key">The key.</param>
/// <param name="Counts">How many there are.</param>
/// <param name="HeadId">The first that holds the others up; null when none does.</param>
/// <param name="Behind">Those that wait behind the message, in the order in which they will be taken.</param>
/// <param name="Next">What to pass as <c>after</c> for more of them; null when there are no more.</param>
public sealed record ParkedQueue(
    long ParkedId, string Group, string Kind, int Partition, string Key, ParkedQueueCounts Counts, long? HeadId, IReadOnlyList<ParkedView> Behind, string? Next);

/// <summary>How many messages of a key are parked in one lane.</summary>
/// <param name="Failed">Those that raised an error.</param>
/// <param name="Queued">Those that wait behind them.</param>
/// <param name="Refused">Those that are wrong in themselves, which hold up nobody.</param>
/// <param name="Ahead">Those that are taken before the message.</param>
/// <param name="Behind">Those that wait behind it.</param>
public sealed record ParkedQueueCounts(long Failed, long Queued, long Refused, long Ahead, long Behind);
