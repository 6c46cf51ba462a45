using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>All that one unit of work commits.</summary>
/// <param name="Grant">The lane's right to write: checked in the transaction.</param>
/// <param name="Positions">The next offset to read of each topic that moved.</param>
/// <param name="Ids">The inbox ids of the messages that take effect.</param>
/// <param name="FiredTimers">The timers among them.</param>
/// <param name="Parked">The messages that are parked instead.</param>
/// <param name="OutboxSeq">The unit's number in the lane's outbox, when it publishes.</param>
/// <param name="Acknowledged">Outbox rows that may go.</param>
/// <param name="Work">What the processor decided.</param>
internal sealed record UnitCommit(
    LaneGrant Grant,
    IReadOnlyDictionary<string, long> Positions,
    IReadOnlyList<Guid> Ids,
    IReadOnlyList<Guid> FiredTimers,
    IReadOnlyList<ParkedEntry> Parked,
    long OutboxSeq,
    AcknowledgedRows Acknowledged,
    UnitOfWork Work)
{
    /// <summary>Commits in one transaction, or throws and nothing is written.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner.</exception>
    /// <exception cref="DuplicateIdsException">Some ids took effect before.</exception>
    /// <exception cref="LostRaceException">A write affected another number of rows than it must.</exception>
    public async Task ExecuteAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        var commands = Commands();
        foreach (var (command, _, _) in commands)
            batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (command, expected, unmet) in commands)
        {
            if (expected is { } rows && command.RecordsAffected != rows)
                throw unmet(command);
        }
        await transaction.CommitAsync(cancellationToken);
    }

    List<Step> Commands()
    {
        var commands = new List<Step> { new(Fence(), 1, _ => new LaneFencedException(Grant.Lane)) };
        if (Ids.Count > 0)
            commands.Add(new(Inbox(), Ids.Count, _ => new DuplicateIdsException()));
        if (Acknowledged.UpTo > Acknowledged.After)
            commands.Add(Any(DeleteOutbox()));
        if (Work.Outgoing.Count > 0)
            commands.Add(Any(InsertOutbox()));
        if (Work.CancelledTimers.Count + FiredTimers.Count > 0)
            commands.Add(Any(LaneTimers.Delete([.. Work.CancelledTimers, .. FiredTimers])));
        if (Work.Timers.Count > 0)
            commands.Add(Any(LaneTimers.Insert(Grant, Work.Timers)));
        if (Parked.Count > 0)
            commands.Add(Any(ParkedCommands.Insert(Grant, Parked)));
        foreach (var (command, expectedRows) in Work.Writes)
            commands.Add(new(command, expectedRows, c => new LostRaceException(c.CommandText, expectedRows ?? -1, c.RecordsAffected)));
        return commands;
    }

    NpgsqlBatchCommand Fence() => new(
        """
        update messaging.lane set positions = positions || $4, outbox_seq = $5
        where group_id = $1 and partition = $2 and epoch = $3
        """)
    {
        Parameters =
        {
            new() { Value = Grant.GroupId },
            new() { Value = Grant.Lane.Partition },
            new() { Value = Grant.Epoch },
            new() { Value = JsonSerializer.Serialize(Positions), NpgsqlDbType = NpgsqlDbType.Jsonb },
            new() { Value = OutboxSeq },
        },
    };

    NpgsqlBatchCommand Inbox() => new("insert into messaging.inbox (group_id, message_id) select $1, unnest($2) on conflict do nothing")
    {
        Parameters = { new() { Value = Grant.GroupId }, new() { Value = Ids.ToArray() } },
    };

    // The lower bound spares the index a walk over all the rows that were deleted before and not vacuumed yet.
    NpgsqlBatchCommand DeleteOutbox() => new("delete from messaging.outbox where group_id = $1 and partition = $2 and seq > $3 and seq <= $4")
    {
        Parameters =
        {
            new() { Value = Grant.GroupId },
            new() { Value = Grant.Lane.Partition },
            new() { Value = Acknowledged.After },
            new() { Value = Acknowledged.UpTo },
        },
    };

    NpgsqlBatchCommand InsertOutbox() => new(
        "insert into messaging.outbox (group_id, partition, seq, messages, payload) values ($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new() { Value = Grant.GroupId },
            new() { Value = Grant.Lane.Partition },
            new() { Value = OutboxSeq },
            new() { Value = Work.Outgoing.Count },
            new() { Value = PackedMessages.Pack(Work.Outgoing) },
        },
    };

    static Step Any(NpgsqlBatchCommand command) => new(command, null, _ => throw new System.Diagnostics.UnreachableException());

    sealed record Step(NpgsqlBatchCommand Command, int? Expected, Func<NpgsqlBatchCommand, Exception> Unmet);
}

/// <summary>Rows of a lane's outbox that the broker has acknowledged: those after one sequence number up to another.</summary>
internal readonly record struct AcknowledgedRows(long After, long UpTo)
{
    public static AcknowledgedRows None => default;
}
