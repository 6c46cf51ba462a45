using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Alerts;

/// <summary>Writes alerts, puts them into groups, opens the cases that they need, and what is told of it.</summary>
static class AlertWrites
{
    // An alert that is known changes nothing. The first of those that open a case names it. A case that is closed while this waits for it is not joined: another is opened.
    // Groups begin with their first alert, so none is longer than the window. One that says the same of the same transaction again within its group is kept, but counts no second
    // time.
    const string Sql =
        """
        with given as (
            select distinct on (alert_id) * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) with ordinality
                as g (alert_id, queue, account_id, kind, score, raised_at, transaction_id, reasons, taken_at, due_at, since, place)
            order by alert_id, place
        ), fresh as (
            select g.*, old.group_id as known
            from given g left join lateral (
                select group_id from casework.alert_group o
                where o.account_id = g.account_id and o.kind = g.kind and o.first_at > g.since and o.first_at <= g.raised_at
                order by o.first_at desc limit 1) old on true
            where not exists (select 1 from casework.alert a where a.alert_id = g.alert_id)
        ), sliced as (
            select *, floor(extract(epoch from raised_at - min(raised_at) over (partition by account_id, kind, known is null)) / extract(epoch from raised_at - since)) as slice
            from fresh
        ), found as (
            select *, coalesce(known, first_value(alert_id) over (partition by account_id, kind, known is null, slice order by raised_at, place)) as group_id from sliced
        ), placed as (
            select *, transaction_id is not null and (
                row_number() over (partition by group_id, transaction_id order by place) > 1
                or exists (select 1 from casework.alert a where a.transaction_id = g.transaction_id and a.kind = g.kind and a.group_id = g.group_id)) as repeated
            from found g
        ), grouped as (
            insert into casework.alert_group as g (group_id, account_id, kind, first_at, last_at, alerts, score)
            select group_id, account_id, kind, min(raised_at), max(raised_at), count(*), max(score) from placed group by group_id, account_id, kind order by group_id
            on conflict (group_id) do update
                set last_at = greatest(g.last_at, excluded.last_at), alerts = g.alerts + excluded.alerts, score = greatest(g.score, excluded.score)
        ), counted as (
            select (array_agg(alert_id order by place))[1] as case_id, queue, account_id, least(1000, max(score)) as priority, count(*) filter (where not repeated) as alerts,
                min(taken_at) as taken_at, min(due_at) as due_at
            from placed group by queue, account_id
        ), joined as (
            insert into casework.work_case as c (case_id, queue, account_id, state, priority, alerts, opened_at, updated_at, due_at, escalate_at)
            select case_id, queue, account_id, 'pending', priority, greatest(1, alerts), taken_at, taken_at, due_at, due_at from counted order by account_id, queue
            on conflict (queue, account_id) where state <> 'closed' do update
                set priority = greatest(c.priority, excluded.priority), updated_at = excluded.updated_at, version = c.version + 1,
                    alerts = c.alerts + (select k.alerts from counted k where k.queue = excluded.queue and k.account_id = excluded.account_id)
            returning c.case_id, c.queue, c.account_id, c.xmax = 0 as opened, c.updated_at as at, casework.told(c, null, null) as body
        ), told as (
            insert into casework.event (kind, at, case_id, account_id, queue, body)
            select kind, at, case_id, account_id, queue, body from (
                select 'case.opened' as kind, at, case_id, account_id, queue, body, 0 as place from joined where opened
                union all
                select 'case.changed', at, case_id, account_id, queue, body, 0 from joined where not opened
                union all
                select 'alert.raised', j.at, j.case_id, j.account_id, j.queue, jsonb_strip_nulls(jsonb_build_object(
                    'alertId', p.alert_id, 'caseId', j.case_id, 'accountId', p.account_id, 'queue', p.queue, 'kind', p.kind, 'score', p.score,
                    'raisedAt', casework.instant(p.raised_at), 'transactionId', p.transaction_id, 'reasons', p.reasons)), p.place
                from placed p join joined j using (queue, account_id)) e
            order by place
        )
        insert into casework.alert (alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons, group_id)
        select alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons, group_id from placed join joined using (queue, account_id)
        """;

    /// <summary>Stores those that are not there.</summary>
    /// <param name="alerts">The alerts, in order.</param>
    /// <param name="options">The queue of each kind, how soon its cases have to be closed, and how long a group lasts.</param>
    /// <param name="now">The time, UTC.</param>
    public static NpgsqlBatchCommand Insert(List<AlertRaised> alerts, CaseworkOptions options, DateTimeOffset now)
    {
        var window = TimeSpan.FromMinutes(options.GroupMinutes);
        return new NpgsqlBatchCommand(Sql)
        {
            Parameters =
            {
                PgArray.Column(alerts, NpgsqlDbType.Uuid, a => a.AlertId),
                PgArray.Column(alerts, NpgsqlDbType.Text, a => options.QueueOf(a.Kind)),
                PgArray.Column(alerts, NpgsqlDbType.Text, a => a.AccountId),
                PgArray.Column(alerts, NpgsqlDbType.Text, a => a.Kind),
                PgArray.Column(alerts, NpgsqlDbType.Smallint, a => (short)Math.Clamp(a.Score, 0, 1_000)),
                PgArray.Column(alerts, NpgsqlDbType.TimestampTz, a => a.At.UtcDateTime),
                PgArray.Column(alerts, NpgsqlDbType.Uuid, a => a.TransactionId),
                PgArray.Column(alerts, NpgsqlDbType.Jsonb, a => JsonSerializer.Serialize(a.Reasons)),
                PgArray.Column(alerts, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
                PgArray.Column(alerts, NpgsqlDbType.TimestampTz, a => now.AddHours(options.DueHoursOf(options.QueueOf(a.Kind))).UtcDateTime),
                PgArray.Column(alerts, NpgsqlDbType.TimestampTz, a => (a.At - window).UtcDateTime),
            },
        };
    }
}
