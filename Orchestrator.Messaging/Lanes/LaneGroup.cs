namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// A group of lanes: which topics are read together, and what processes them. Its name is the Kafka consumer group under which positions
/// are also committed, so that standard tools show its lag.
/// </summary>
public sealed class LaneGroup
{
    /// <summary>The group's name, for instance <c>ledger</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The topics by their actual names; all must have the same number of partitions.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Makes the processor of one lane, once each time that the lane is acquired.</summary>
    public required Func<LaneId, LaneProcessor> CreateProcessor { get; init; }

    /// <summary>
    /// The records that the group takes; null for all that come. A message that names another, in whatever version, is passed over before its body is read: its position moves on,
    /// and nothing else happens. What a lane does not take it can neither refuse nor park.
    /// </summary>
    public IReadOnlyCollection<Type>? Takes { get; init; }

    /// <summary>
    /// Of which of its topics the group is the keeper: what names no message that is known, or has no type at all, is parked by the keeper and passed over by all others. Null
    /// for all its topics. Of the groups that read a topic all but one say that they are not its keeper; where nobody says so, several keep it, and never none.
    /// </summary>
    public IReadOnlyCollection<string>? KeeperOf { get; init; }

    /// <summary>The most messages in one unit of work; <see cref="Configuration.MessagingOptions.MaxBatch"/> when null.</summary>
    public int? MaxBatch { get; init; }

    /// <summary>
    /// How long a lane rests after a unit of work, unless a full batch waits: for a group that nobody waits for, so that many small units become few
    /// larger ones. A message that comes to a rested lane is taken at once. Default zero.
    /// </summary>
    public TimeSpan Rest { get; init; }

    /// <summary>
    /// Whether nobody waits for the group: the process is ready while the group is not, and its units are committed apart from those of other groups,
    /// without waiting for the disk. All that such a group does must follow from what it reads: should the database crash, its last units are done
    /// again. Default false.
    /// </summary>
    public bool IsBackground { get; init; }
}

/// <summary>Room for groups that a module adds while the service runs: each keeps a database session of its own.</summary>
/// <param name="Groups">How many at once.</param>
public sealed record LaneGroupReserve(int Groups);
