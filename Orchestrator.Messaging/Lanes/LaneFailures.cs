using Confluent.Kafka;
using Npgsql;

namespace Orchestrator.Messaging.Lanes;

/// <summary>The lane has another owner by now: nothing of this unit was committed, and this process stops running the lane.</summary>
public sealed class LaneFencedException(LaneId lane) : Exception($"{lane} has another owner");

/// <summary>A set-based write affected another number of rows than it must: somebody else wrote what is this lane's to write.</summary>
public sealed class LostRaceException(string command, string counts) : Exception($"a write affected {counts}: {command}");

/// <summary>Some ids of the unit took effect before.</summary>
internal sealed class DuplicateIdsException : Exception;

/// <summary>Tells failures that pass (database or broker away) from those that a message causes.</summary>
public static class Failures
{
    /// <summary>Whether waiting can mend it, so that the lane pauses and nothing is parked.</summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        // Only bad data, a violated constraint or a raised error can be a message's own fault. All else, even a missing table, is the system's.
        PostgresException postgres => postgres.SqlState[..2] is not ("22" or "23" or "P0"),
        NpgsqlException or KafkaException or Outbox.OutboxNotPublishedException => true,
        TimeoutException or IOException or System.Net.Sockets.SocketException => true,
        OperationCanceledException => true,
        _ => exception.InnerException is { } inner && IsTransient(inner),
    };

    /// <summary>Whether a message may have caused it, so that it is tried alone and parked in the end.</summary>
    public static bool IsMessagesFault(Exception exception) => !IsTransient(exception) && exception is not LaneFencedException;
}
