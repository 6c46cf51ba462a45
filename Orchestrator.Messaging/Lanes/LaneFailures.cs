using Confluent.Kafka;
using Npgsql;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// The lane has another owner by now, or does not stand in the database where this process left it: nothing of this unit was committed, and this process
/// stops running the lane as it is.
/// </summary>
public sealed class LaneFencedException(LaneId lane) : Exception($"{lane} has another owner, or does not stand where it was left");

/// <summary>A set-based write affected another number of rows than it must: somebody else wrote what is this lane's to write.</summary>
public sealed class LostRaceException(string command, string counts, string? invariant = null) : Exception($"a write affected {counts}: {command}")
{
    /// <summary>The invariant that the number of rows stands for; null when another number can be right.</summary>
    public string? Invariant { get; } = invariant;
}

/// <summary>
/// What must hold does not, and no message is at fault: to go on could make it worse. The lane stops until the process is restarted; nothing of the unit is
/// committed, nothing is parked.
/// </summary>
public sealed class InvariantViolatedException(string invariant, Exception? inner = null) : Exception($"the invariant {invariant} is violated", inner)
{
    /// <summary>Its stable name.</summary>
    public string Invariant { get; } = invariant;
}

/// <summary>Some ids of the unit took effect before.</summary>
internal sealed class DuplicateIdsException : Exception;

/// <summary>Tells failures that pass (database or broker away) from those that a message causes.</summary>
public static class Failures
{
    /// <summary>Whether waiting can mend it, so that the lane pauses and nothing is parked.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        InvariantViolatedException => false,
        // Only bad data, a violated constraint or a raised error can be a message's own fault. All else, even a missing table, is the system's.
        PostgresException postgres => postgres.SqlState[..2] is not ("22" or "23" or "P0"),
        NpgsqlException or KafkaException or Outbox.OutboxNotPublishedException => true,
        Wire.Formats.RegistryAwayException => true,
        TimeoutException or IOException or System.Net.Sockets.SocketException => true,
        OperationCanceledException => true,
        _ => exception.InnerException is { } inner && IsTransient(inner),
    };

    /// <summary>Whether a message may have caused it, so that it is tried alone and parked in the end.</summary>
    public static bool IsMessagesFault(Exception exception) => !IsTransient(exception) && exception is not (LaneFencedException or InvariantViolatedException);
}
