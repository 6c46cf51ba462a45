using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Alerts;

/// <summary>Writes alerts, and opens the cases that they need.</summary>
static class AlertWrites
{
    // An alert that is known changes nothing. The first of those that open a case names it. A case that is closed while this waits for it is not joined: another is opened.
    const string Sql =
        """
        with given as (
            select distinct on (alert_id) * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) with ordinality
                as g (alert_id, queue, account_id, kind, score, raised_at, transaction_id, reasons, taken_at, due_at, place)
            order by alert_id, place
        ), fresh as (
            select g.* from given g where not exists (select 1 from casework.alert a where a.alert_id = g.alert_id)
        ), joined as (
            insert into casework.work_case as c (case_id, queue, account_id, state, priority, alerts, opened_at, updated_at, due_at)
            select (array_agg(alert_id order by place))[1], queue, account_id, 'pending', least(1000, max(score)), count(*), min(taken_at), min(taken_at), min(due_at)
            from fresh group by queue, account_id order by account_id, queue
            on conflict (queue, account_id) where state <> 'closed' do update
                set priority = greatest(c.priority, excluded.priority), alerts = c.alerts + excluded.alerts, updated_at = excluded.updated_at, version = c.version + 1
            returning case_id, queue, account_id
        )
        insert into casework.alert (alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons)
        select alert_id, case_id, account_id, kind, score, raised_at, transaction_id, reasons from fresh join joined using (queue, account_id)
        """;

    /// <summary>Stores those that are not there.</summary>
    /// <param name="alerts">The alerts, in order.</param>
    /// <param name="queueOf">The queue of a kind.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="due">How soon a case has to be closed.</param>
    public static NpgsqlBatchCommand Insert(List<AlertRaised> alerts, Func<string, string> queueOf, DateTimeOffset now, TimeSpan due) => new(Sql)
    {
        Parameters =
        {
            PgArray.Column(alerts, NpgsqlDbType.Uuid, a => a.AlertId),
            PgArray.Column(alerts, NpgsqlDbType.Text, a => queueOf(a.Kind)),
            PgArray.Column(alerts, NpgsqlDbType.Text, a => a.AccountId),
            PgArray.Column(alerts, NpgsqlDbType.Text, a => a.Kind),
            PgArray.Column(alerts, NpgsqlDbType.Smallint, a => (short)Math.Clamp(a.Score, 0, 1_000)),
            PgArray.Column(alerts, NpgsqlDbType.TimestampTz, a => a.At.UtcDateTime),
            PgArray.Column(alerts, NpgsqlDbType.Uuid, a => a.TransactionId),
            PgArray.Column(alerts, NpgsqlDbType.Jsonb, a => JsonSerializer.Serialize(a.Reasons)),
            PgArray.Column(alerts, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
            PgArray.Column(alerts, NpgsqlDbType.TimestampTz, _ => (now + due).UtcDateTime),
        },
    };
}
