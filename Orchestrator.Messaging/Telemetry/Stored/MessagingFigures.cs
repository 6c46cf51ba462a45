using Npgsql;

namespace Orchestrator.Messaging.Telemetry.Stored;

/// <summary>
/// What messaging has stored: outboxes, inbox, timers, parked messages, lanes without an owner. Each lane's rows are found by an index and counted up to a bound: beyond
/// it the exact number tells nobody more. The inbox, which is large, is estimated from PostgreSQL's own statistics.
/// </summary>
public sealed class MessagingFigures(NpgsqlDataSource database) : IStoredFigures
{
    /// <summary>Up to how many rows of a lane are counted.</summary>
    public const int MostOfLane = 1_000;

    /// <summary>Up to how many parked messages, and requests not yet published, are counted.</summary>
    public const int Most = 100_000;

    const string Outbox = "orchestrator.outbox.stored";
    const string OutboxAge = "orchestrator.outbox.age";
    const string Edge = "orchestrator.edge_outbox.requests";
    const string EdgeAge = "orchestrator.edge_outbox.age";
    const string Inbox = "orchestrator.inbox.ids";
    const string Timers = "orchestrator.timers.stored";
    const string TimersOverdue = "orchestrator.timers.overdue";
    const string TimersAge = "orchestrator.timers.overdue_age";
    const string Parked = "orchestrator.parked.messages";
    const string ParkedAge = "orchestrator.parked.age";
    const string Unowned = "orchestrator.lanes.unowned";
    const string Members = "orchestrator.members.alive";

    /// <inheritdoc />
    public string Name => "messaging";

    /// <inheritdoc />
    public IReadOnlyList<StoredGauge> Gauges { get; } =
    [
        new(Outbox, "{message}", "Messages in stored outboxes: committed, and not known to be with the broker"),
        new(OutboxAge, "s", "How long the oldest unit in a group's outboxes has waited"),
        new(Edge, "{request}", "Requests over HTTP that are committed and not known to be with the broker"),
        new(EdgeAge, "s", "How long the oldest of these has waited since it was tried last"),
        new(Inbox, "{id}", "Ids that the inbox remembers, as PostgreSQL estimates"),
        new(Timers, "{timer}", "Timers that run, as PostgreSQL estimates"),
        new(TimersOverdue, "{timer}", "Timers that should have fired"),
        new(TimersAge, "s", "How long ago the one should have fired that is most overdue"),
        new(Parked, "{message}", "Messages that are parked now, by status"),
        new(ParkedAge, "s", "How long the oldest has been parked, by status"),
        new(Unowned, "{lane}", "Lanes that no living process runs"),
        new(Members, "{process}", "Living processes that run lanes of a group"),
    ];

    /// <inheritdoc />
    public async Task<IReadOnlyList<StoredFigure>> TakeAsync(CancellationToken cancellationToken)
    {
        var figures = new List<StoredFigure>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ReadLanesAsync(connection, figures, cancellationToken);
        await ReadParkedAsync(connection, figures, cancellationToken);
        await ReadWholeAsync(connection, figures, cancellationToken);
        return figures;
    }

    static async Task ReadLanesAsync(NpgsqlConnection connection, List<StoredFigure> figures, CancellationToken cancellationToken)
    {
        // A member that has not been seen for a minute is gone, whatever its lease is.
        await using var command = new NpgsqlCommand(
            $"""
            select g.name,
                sum(o.messages)::float8, coalesce(extract(epoch from now() - min(o.oldest)), 0)::float8,
                sum(t.overdue)::float8, coalesce(extract(epoch from now() - min(t.oldest)), 0)::float8,
                (count(*) filter (where m.member_id is null))::float8, count(distinct m.member_id)::float8
            from messaging.lane l join messaging.lane_group g using (group_id)
            left join messaging.member m on m.group_id = l.group_id and m.member_id = l.owner and m.seen_at > now() - interval '1 minute'
            cross join lateral (
                select coalesce(sum(messages), 0) as messages, min(created_at) as oldest
                from (select messages, created_at from messaging.outbox where group_id = l.group_id and partition = l.partition order by seq limit {MostOfLane}) as units) as o
            cross join lateral (
                select count(*) as overdue, min(due_at) as oldest
                from (select due_at from messaging.timer where group_id = l.group_id and partition = l.partition and due_at < now() order by due_at limit {MostOfLane}) as due) as t
            group by g.name
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var group = new KeyValuePair<string, object?>("group", row.GetString(0));
            figures.Add(new(Outbox, row.GetDouble(1), group));
            figures.Add(new(OutboxAge, Math.Max(0, row.GetDouble(2)), group));
            figures.Add(new(TimersOverdue, row.GetDouble(3), group));
            figures.Add(new(TimersAge, Math.Max(0, row.GetDouble(4)), group));
            figures.Add(new(Unowned, row.GetDouble(5), group));
            figures.Add(new(Members, row.GetDouble(6), group));
        }
    }

    static async Task ReadParkedAsync(NpgsqlConnection connection, List<StoredFigure> figures, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select s.status, count(p.parked_at)::float8, coalesce(extract(epoch from now() - min(p.parked_at)), 0)::float8
            from unnest(array['refused', 'failed', 'queued']) as s (status)
            left join (select status, parked_at from messaging.parked order by parked_id limit {Most}) as p using (status) group by s.status
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var status = new KeyValuePair<string, object?>("status", row.GetString(0));
            figures.Add(new(Parked, row.GetDouble(1), status));
            figures.Add(new(ParkedAge, Math.Max(0, row.GetDouble(2)), status));
        }
    }

    static async Task ReadWholeAsync(NpgsqlConnection connection, List<StoredFigure> figures, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select count(*)::float8, coalesce(extract(epoch from now() - min(created_at)), 0)::float8,
                (select greatest(reltuples, 0)::float8 from pg_class where oid = 'messaging.inbox'::regclass),
                (select greatest(reltuples, 0)::float8 from pg_class where oid = 'messaging.timer'::regclass)
            from (select created_at from messaging.edge_outbox order by id limit {Most}) as waiting
            """, connection);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        figures.Add(new(Edge, row.GetDouble(0)));
        figures.Add(new(EdgeAge, Math.Max(0, row.GetDouble(1))));
        figures.Add(new(Inbox, row.GetDouble(2)));
        figures.Add(new(Timers, row.GetDouble(3)));
    }
}
