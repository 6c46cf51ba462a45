using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Rows;
using Orchestrator.Messaging.Timers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// The transaction of one or more units of work, each of another lane: one statement for each kind of row, whatever the number of lanes and rows.
/// </summary>
internal static class CommitStatements
{
    /// <summary>Commits all of <paramref name="units"/> in one transaction, or throws and nothing is written.</summary>
    /// <exception cref="LaneFencedException">A lane has another owner.</exception>
    /// <exception cref="DuplicateIdsException">Some ids took effect before.</exception>
    /// <exception cref="LostRaceException">A write affected another number of rows than it must.</exception>
    public static Task ExecuteAsync(IReadOnlyList<UnitCommit> units, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        CommitBatch.ExecuteAsync(database, Steps(units), cancellationToken);

    static List<CommitBatch.Step> Steps(IReadOnlyList<UnitCommit> units)
    {
        var steps = new List<CommitBatch.Step> { new(Fence(units), units.Count, _ => new LaneFencedException(units[0].Grant.Lane)) };
        if (units.Sum(u => u.Ids.Count) is > 0 and var ids)
            steps.Add(new(Inbox(units, ids), ids, _ => new DuplicateIdsException()));
        if (units.Where(u => u.Acknowledged.Any).ToList() is { Count: > 0 } acknowledged)
            steps.Add(new(DeleteOutbox(acknowledged)));
        if (units.Where(u => u.Work.Outgoing.Count > 0).ToList() is { Count: > 0 } publishing)
            steps.Add(new(InsertOutbox(publishing)));
        if (units.SelectMany(u => u.Work.CancelledTimers.Concat(u.FiredTimers)).ToArray() is { Length: > 0 } gone)
            steps.Add(new(LaneTimers.Delete(gone)));
        if (units.Any(u => u.Work.Timers.Count > 0))
            steps.Add(new(LaneTimers.Insert([.. units.SelectMany(u => u.Work.Timers.Select(t => (u.Grant, t)))])));
        if (units.Any(u => u.Parked.Count > 0))
            steps.Add(new(ParkedCommands.Insert([.. units.SelectMany(u => u.Parked.Select(p => (u.Grant, p)))])));
        foreach (var write in UnitWrite.Merged(units.Select(u => u.Work.Writes)))
            steps.Add(CommitBatch.Step.Of(write));
        return steps;
    }

    // Where the lane stood is asked, too: a database that crashed may have forgotten what it had answered for (the background does not wait for the disk),
    // and one that was restored has. Then the lane begins anew from what is stored.
    static NpgsqlBatchCommand Fence(IReadOnlyList<UnitCommit> units) => new(
        """
        update messaging.lane l set positions = l.positions || u.positions::jsonb, outbox_seq = u.outbox_seq
        from unnest($1, $2, $3, $4, $5, $6) as u (group_id, partition, epoch, positions, outbox_seq, stood)
        where l.group_id = u.group_id and l.partition = u.partition and l.epoch = u.epoch and l.positions @> u.stood::jsonb
        """)
    {
        Parameters =
        {
            PgArray.Column(units, NpgsqlDbType.Smallint, u => u.Grant.GroupId),
            PgArray.Column(units, NpgsqlDbType.Integer, u => u.Grant.Lane.Partition),
            PgArray.Column(units, NpgsqlDbType.Bigint, u => u.Grant.Epoch),
            PgArray.Column(units, NpgsqlDbType.Text, u => JsonSerializer.Serialize(u.Positions)),
            PgArray.Column(units, NpgsqlDbType.Bigint, u => u.OutboxSeq),
            PgArray.Column(units, NpgsqlDbType.Text, u => JsonSerializer.Serialize(u.From)),
        },
    };

    static NpgsqlBatchCommand Inbox(IReadOnlyList<UnitCommit> units, int count)
    {
        var groups = new short[count];
        var ids = new Guid[count];
        var next = 0;
        foreach (var unit in units)
        {
            foreach (var id in unit.Ids)
            {
                groups[next] = unit.Grant.GroupId;
                ids[next++] = id;
            }
        }
        return new NpgsqlBatchCommand("insert into messaging.inbox (group_id, message_id) select * from unnest($1, $2) on conflict do nothing")
        {
            Parameters = { new() { Value = groups }, new() { Value = ids } },
        };
    }

    // The lower bound spares the index a walk over all the rows that were deleted before and not vacuumed yet.
    static NpgsqlBatchCommand DeleteOutbox(IReadOnlyList<UnitCommit> units) => new(
        """
        delete from messaging.outbox o using unnest($1, $2, $3, $4) as u (group_id, partition, after, up_to)
        where o.group_id = u.group_id and o.partition = u.partition and o.seq > u.after and o.seq <= u.up_to
        """)
    {
        Parameters =
        {
            PgArray.Column(units, NpgsqlDbType.Smallint, u => u.Grant.GroupId),
            PgArray.Column(units, NpgsqlDbType.Integer, u => u.Grant.Lane.Partition),
            PgArray.Column(units, NpgsqlDbType.Bigint, u => u.Acknowledged.After),
            PgArray.Column(units, NpgsqlDbType.Bigint, u => u.Acknowledged.UpTo),
        },
    };

    static NpgsqlBatchCommand InsertOutbox(IReadOnlyList<UnitCommit> units) => new(
        "insert into messaging.outbox (group_id, partition, seq, messages, payload) select * from unnest($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            PgArray.Column(units, NpgsqlDbType.Smallint, u => u.Grant.GroupId),
            PgArray.Column(units, NpgsqlDbType.Integer, u => u.Grant.Lane.Partition),
            PgArray.Column(units, NpgsqlDbType.Bigint, u => u.OutboxSeq),
            PgArray.Column(units, NpgsqlDbType.Integer, u => u.Work.Outgoing.Count),
            PgArray.Column(units, NpgsqlDbType.Bytea, u => PackedMessages.Pack(u.Work.Outgoing)),
        },
    };
}
