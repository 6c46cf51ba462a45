namespace Orchestrator.Messaging.Replay;

/// <summary>A replay that was asked for.</summary>
/// <param name="Number">Its place in the order of the requests.</param>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Order">What was asked for.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="StartedAt">When it was first begun, UTC.</param>
/// <param name="ProgressAt">How old its progress is, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="ExpiresAt">When what it has made is dropped, UTC.</param>
/// <param name="DroppedAt">When that was dropped, UTC.</param>
/// <param name="CancelRequested">Whether somebody wants it to end.</param>
/// <param name="PauseRequested">Whether somebody wants it to pause.</param>
/// <param name="RatePerSecond">How many offsets a second it gets on at present.</param>
/// <param name="Partitions">How far it is in each partition; empty until its bounds are settled.</param>
/// <param name="Plan">What a dry run has counted.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Error">Why it does not get on at present; it is tried again.</param>
public sealed record ReplayJob(
    long Number,
    Guid Id,
    ReplayState State,
    ReplayOrder Order,
    string RequestedBy,
    string Reason,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? ProgressAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? DroppedAt,
    bool CancelRequested,
    bool PauseRequested,
    double? RatePerSecond,
    IReadOnlyList<PartitionProgress> Partitions,
    ReplayPlan? Plan,
    ReplayFailure? Failure,
    string? Error)
{
    /// <summary>The schema of a projection that is replayed: its own.</summary>
    public static string SchemaOf(long number) => $"ledger_replay_{number}";

    /// <summary>Where what it makes is: the topic, or the schema.</summary>
    public string Place => Order.Target.Kind == ReplayTargetKind.Topic ? Order.Target.Name : SchemaOf(Number);
}

/// <summary>How far a replay is in a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="First">The first offset of the range.</param>
/// <param name="End">The offset behind its last message.</param>
/// <param name="Position">The next offset to read.</param>
/// <param name="Taken">How many messages the filter took.</param>
/// <param name="Bytes">Their keys and bodies together.</param>
/// <param name="Deleted">Offsets of the range that retention had deleted before they were read.</param>
/// <param name="ClockMs">The latest time of a message up to the position, milliseconds since 1970.</param>
/// <param name="Mark">What the target itself remembers.</param>
public sealed record PartitionProgress(int Partition, long First, long End, long Position, long Taken, long Bytes, long Deleted, long ClockMs, long Mark)
{
    /// <summary>A partition that nothing was read of.</summary>
    public static PartitionProgress Begin(int partition, long first, long end, long deleted) =>
        new(partition, first, end, first, Taken: 0, Bytes: 0, deleted, ClockMs: 0, Mark: 0);

    /// <summary>Whether all of it was read.</summary>
    public bool IsDone => Position >= End;
}

/// <summary>Why a replay failed.</summary>
/// <param name="Code">A stable name, see <see cref="ReplayFailures"/>.</param>
/// <param name="Detail">What is wrong, for people.</param>
public sealed record ReplayFailure(string Code, string Detail);

/// <summary>What was done about a replay.</summary>
/// <param name="Action"><c>start</c>, <c>plan</c>, <c>pause</c>, <c>resume</c>, <c>cancel</c>, <c>drop</c> or <c>end</c>.</param>
/// <param name="Actor">Who; <c>replay</c> for what came about by itself.</param>
/// <param name="Reason">Why; of its end, how it ended.</param>
/// <param name="At">When, UTC.</param>
public sealed record ReplayAuditEntry(string Action, string Actor, string? Reason, DateTimeOffset At);
