using Orchestrator.Messaging.Replay;

namespace Orchestrator.Api.Replay;

/// <summary>Asks for a replay: a bounded range of a topic is read again, into a topic or tables of its own. Nothing that is live is touched.</summary>
/// <param name="Topic">The topic; one of the service's.</param>
/// <param name="Reason">Why.</param>
/// <param name="Target"><c>topic</c>: a topic of its own, <c>replay-</c> and the replay's id; <c>projection:balances</c>: tables of its own, folded by the code of that projection.</param>
/// <param name="Partitions">Which partitions; all when absent.</param>
/// <param name="FromOffset">The first offset, of each of these partitions.</param>
/// <param name="ToOffset">The offset before which each of them ends.</param>
/// <param name="From">Begin with the first message of each partition at or after this instant, by its time in Kafka; UTC.</param>
/// <param name="To">End before the first message of each partition at or after this instant; UTC.</param>
/// <param name="Types">Only messages of these types, as header <c>ce_type</c> names them.</param>
/// <param name="Keys">Only messages with these keys.</param>
/// <param name="Headers">Only messages with all of these headers.</param>
/// <param name="RatePerSecond">The most messages a second.</param>
/// <param name="MaxMessages">The most messages: the earliest ones, partitions merged by time.</param>
/// <param name="AllowGaps">Whether to go on where retention has deleted messages of the range; otherwise the replay fails by name.</param>
/// <param name="KeepHours">For how many hours what it makes is kept after it has ended, from 1 to 168.</param>
/// <param name="DryRun">Whether to count only: messages, bytes, types, keys, times, and what retention has deleted.</param>
/// <param name="ReplayId">Identifies it for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record StartReplayRequest(
    string Topic,
    string Reason,
    string Target = StartReplayRequest.TopicTarget,
    IReadOnlyList<int>? Partitions = null,
    long? FromOffset = null,
    long? ToOffset = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    IReadOnlyList<string>? Types = null,
    IReadOnlyList<string>? Keys = null,
    IReadOnlyDictionary<string, string>? Headers = null,
    int? RatePerSecond = null,
    long? MaxMessages = null,
    bool AllowGaps = false,
    int KeepHours = ReplayOrder.DefaultKeepHours,
    bool DryRun = false,
    Guid? ReplayId = null)
{
    internal const string TopicTarget = "topic";
    internal const string ProjectionTarget = "projection:";
    internal const string GroupTarget = "group:";
}

/// <summary>A replay.</summary>
/// <param name="ReplayId">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="DryRun">Whether it only counts.</param>
/// <param name="Topic">The topic that is read again.</param>
/// <param name="Target">Into what, as it was asked for.</param>
/// <param name="Place">Where what it makes is: the topic, or the schema in PostgreSQL; absent of a dry run.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="RequestedBy">Who asked.</param>
/// <param name="Reason">Why.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="StartedAt">When it was first begun, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
/// <param name="ExpiresAt">When what it has made is dropped, UTC.</param>
/// <param name="DroppedAt">When that was dropped, UTC.</param>
/// <param name="CancelRequested">Whether somebody wants it to end.</param>
/// <param name="PauseRequested">Whether somebody wants it to pause.</param>
/// <param name="Progress">How far it is; absent until its bounds are settled.</param>
/// <param name="Plan">What a dry run has counted.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Error">Why it does not get on at present; it is tried again.</param>
/// <param name="Audit">What was done about it, oldest first; absent in lists.</param>
public sealed record ReplayJobView(
    Guid ReplayId,
    ReplayState State,
    bool DryRun,
    string Topic,
    string Target,
    string? Place,
    ReplayScope Request,
    string RequestedBy,
    string Reason,
    DateTimeOffset RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? DroppedAt,
    bool CancelRequested,
    bool PauseRequested,
    ReplayProgressView? Progress,
    ReplayPlan? Plan,
    ReplayFailure? Failure,
    string? Error,
    IReadOnlyList<ReplayAuditEntry>? Audit);

/// <summary>The range of a replay, as it was asked for.</summary>
/// <param name="Partitions">Which partitions; all when absent.</param>
/// <param name="FromOffset">The first offset.</param>
/// <param name="ToOffset">The offset before which it ends.</param>
/// <param name="From">Its first instant, UTC.</param>
/// <param name="To">Before which instant it ends, UTC.</param>
/// <param name="Types">Only these types.</param>
/// <param name="Keys">Only these keys; hidden from those who do not see accounts.</param>
/// <param name="Headers">Only with these headers; their values hidden likewise.</param>
/// <param name="RatePerSecond">The most messages a second.</param>
/// <param name="MaxMessages">The most messages.</param>
/// <param name="AllowGaps">Whether it goes on where messages are deleted.</param>
/// <param name="KeepHours">For how many hours what it makes is kept.</param>
public sealed record ReplayScope(
    IReadOnlyList<int>? Partitions,
    long? FromOffset,
    long? ToOffset,
    DateTimeOffset? From,
    DateTimeOffset? To,
    IReadOnlyList<string>? Types,
    IReadOnlyList<string>? Keys,
    IReadOnlyDictionary<string, string>? Headers,
    int? RatePerSecond,
    long? MaxMessages,
    bool AllowGaps,
    int KeepHours);

/// <summary>How far a replay is; some moments old.</summary>
/// <param name="Messages">How many messages were taken.</param>
/// <param name="Bytes">Their keys and bodies together.</param>
/// <param name="Done">How many offsets of the range are done.</param>
/// <param name="Total">How many there are.</param>
/// <param name="PerSecond">How many offsets a second it gets on.</param>
/// <param name="EtaSeconds">In how many seconds it is done at this pace, while it runs.</param>
/// <param name="Deleted">Offsets of the range that retention had deleted.</param>
/// <param name="At">How old this is, UTC.</param>
/// <param name="Partitions">The same by partition.</param>
public sealed record ReplayProgressView(
    long Messages, long Bytes, long Done, long Total, double? PerSecond, long? EtaSeconds, long Deleted, DateTimeOffset? At, IReadOnlyList<ReplayPartitionView> Partitions);

/// <summary>How far a replay is in a partition.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="FromOffset">The first offset of the range.</param>
/// <param name="ToOffset">The offset before which it ends.</param>
/// <param name="NextOffset">The next offset to read.</param>
/// <param name="Messages">How many messages were taken.</param>
/// <param name="Done">How many offsets are done.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Deleted">Offsets of the range that retention had deleted.</param>
public sealed record ReplayPartitionView(int Partition, long FromOffset, long ToOffset, long NextOffset, long Messages, long Done, long Total, long Deleted);
