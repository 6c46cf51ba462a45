using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Timers;

/// <summary>A lane's durable timers: the rows are the truth, and only the earliest due time is kept in memory, so that nothing is asked in vain.</summary>
internal sealed class LaneTimers(LaneGrant grant, NpgsqlDataSource database, LaneMessageReader reader)
{
    // In ticks of UTC: others look at it than the lane that sets it.
    long _nextDue = long.MaxValue;

    public bool IsDue(DateTimeOffset now) => Volatile.Read(ref _nextDue) <= now.UtcTicks;

    /// <summary>Remembers timers that a committed unit has set.</summary>
    public void Scheduled(IReadOnlyList<TimerEntry> timers)
    {
        foreach (var timer in timers)
        {
            if (timer.DueAt.UtcTicks < _nextDue)
                Volatile.Write(ref _nextDue, timer.DueAt.UtcTicks);
        }
    }

    /// <summary>Reads when the earliest timer is due.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select min(due_at) from messaging.timer where group_id = $1 and partition = $2");
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        Volatile.Write(ref _nextDue, await command.ExecuteScalarAsync(cancellationToken) is DateTime due ? due.Ticks : long.MaxValue);
    }

    /// <summary>The messages of the timers that are due, the earliest first.</summary>
    public async Task<List<LaneMessage>> DueAsync(DateTimeOffset now, int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select timer_id, payload from messaging.timer where group_id = $1 and partition = $2 and due_at <= $3 order by due_at limit $4");
        command.Parameters.Add(new() { Value = grant.GroupId });
        command.Parameters.Add(new() { Value = grant.Lane.Partition });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = most });
        var due = new List<LaneMessage>();
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
                due.Add(reader.ReadTimer(rows.GetGuid(0), PackedMessages.Unpack(rows.GetFieldValue<byte[]>(1))[0]));
        }
        if (due.Count == 0)
            await RefreshAsync(cancellationToken);
        return due;
    }

    public static NpgsqlBatchCommand Insert(IReadOnlyList<(LaneGrant Grant, TimerEntry Timer)> timers) => new(
        """
        insert into messaging.timer (timer_id, group_id, partition, due_at, payload)
        select * from unnest($1, $2, $3, $4, $5)
        on conflict (timer_id) do update set due_at = excluded.due_at, payload = excluded.payload
        """)
    {
        Parameters =
        {
            new() { Value = timers.Select(t => t.Timer.Id).ToArray() },
            new() { Value = timers.Select(t => t.Grant.GroupId).ToArray() },
            new() { Value = timers.Select(t => t.Grant.Lane.Partition).ToArray() },
            new() { Value = timers.Select(t => t.Timer.DueAt.UtcDateTime).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz },
            new() { Value = timers.Select(t => PackedMessages.Pack(t.Timer.Message)).ToArray() },
        },
    };

    public static NpgsqlBatchCommand Delete(Guid[] timerIds) => new("delete from messaging.timer where timer_id = any($1)")
    {
        Parameters = { new() { Value = timerIds } },
    };
}
