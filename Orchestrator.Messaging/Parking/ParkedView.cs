namespace Orchestrator.Messaging.Parking;

/// <summary>A parked message as people see it.</summary>
/// <param name="ParkedId">Its id; later ones are higher.</param>
/// <param name="Group">The group of lanes that could not take it.</param>
/// <param name="CauseId">The id of the group of messages parked for the same cause; null while it waits behind another of its key.</param>
/// <param name="Status"><c>refused</c> (no retry can mend it), <c>failed</c> (it raised an error, its key waits) or <c>queued</c> (behind a failed one).</param>
/// <param name="Topic">The topic it came from.</param>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">The offset; -1 for a timer.</param>
/// <param name="Key">Its Kafka key.</param>
/// <param name="MessageId">Its id in the inbox, when it has one.</param>
/// <param name="MessageType">Its ce_type, when it is known.</param>
/// <param name="ErrorCode">The error's stable name.</param>
/// <param name="ExceptionType">The exception's type.</param>
/// <param name="StackHash">Equal for equal stacks.</param>
/// <param name="Detail">What was wrong.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="ParkedAt">When, UTC.</param>
/// <param name="Requested"><c>redrive</c> or <c>discard</c> when somebody asked for it and the lane has not got to it yet.</param>
/// <param name="Kind"><c>lane</c>, where later messages of its key wait behind one that failed, or <c>stream</c>, where they go on.</param>
/// <param name="EditId">The approved edit whose bytes it has; null while it has those that came.</param>
public sealed record ParkedView(
    long ParkedId,
    string Group,
    string? CauseId,
    string Status,
    string Topic,
    int Partition,
    long Offset,
    string Key,
    Guid? MessageId,
    string? MessageType,
    string? ErrorCode,
    string? ExceptionType,
    string? StackHash,
    string? Detail,
    int Attempts,
    DateTimeOffset ParkedAt,
    string? Requested,
    string Kind,
    Guid? EditId);

/// <summary>Messages that are parked for the same cause.</summary>
/// <param name="CauseId">A hash of the fields that follow; stable across processes and restarts.</param>
/// <param name="Group">The group of lanes.</param>
/// <param name="Topic">The topic they came from.</param>
/// <param name="MessageType">Their ce_type.</param>
/// <param name="ErrorCode">The error's stable name.</param>
/// <param name="ExceptionType">The exception's type.</param>
/// <param name="StackHash">Equal for equal stacks.</param>
/// <param name="Count">How many.</param>
/// <param name="QueuedBehind">How many more wait behind them for the sake of order.</param>
/// <param name="FirstParkedAt">The oldest's time, UTC.</param>
/// <param name="LastParkedAt">The newest's time, UTC.</param>
/// <param name="Detail">What was wrong with the example.</param>
/// <param name="ExampleId">The oldest of them.</param>
public sealed record ParkedCauseView(
    string CauseId,
    string Group,
    string Topic,
    string? MessageType,
    string? ErrorCode,
    string? ExceptionType,
    string? StackHash,
    long Count,
    long QueuedBehind,
    DateTimeOffset FirstParkedAt,
    DateTimeOffset LastParkedAt,
    string? Detail,
    long ExampleId);

/// <summary>What was done about a parked message.</summary>
/// <param name="Action"><c>redrive</c>, <c>discard</c>, <c>resume</c>, or <c>propose</c>, <c>approve</c>, <c>reject</c> for an edit.</param>
/// <param name="Actor">Who; <c>lane</c> for what followed by itself.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="At">When, UTC.</param>
public sealed record ParkedAuditView(string Action, string Actor, string? Outcome, DateTimeOffset At);

/// <summary>What a person can ask for.</summary>
public enum ParkedRequest
{
    /// <summary>Take it again, in its place among the messages of its key.</summary>
    Redrive,

    /// <summary>Give it up; the messages behind it go on.</summary>
    Discard,
}
