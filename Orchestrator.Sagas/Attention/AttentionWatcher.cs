using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Messaging.Rows;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.Attention;

/// <summary>Keeps sagas.attention in the transaction that moves the sagas. A unit of which no saga comes or goes writes nothing.</summary>
sealed class AttentionWatcher(IOptions<TransactionSagaOptions> options) : ISagaWatcher<TransactionSaga>
{
    const string Enter =
        """
        insert into sagas.attention as a
            (transaction_id, state, stuck, since, deadline_at, amount_minor, score, repeats, account_id, destination_account_id, currency)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (transaction_id) do update
        set state = excluded.state, stuck = excluded.stuck, deadline_at = excluded.deadline_at, amount_minor = excluded.amount_minor, score = excluded.score,
            repeats = excluded.repeats, account_id = excluded.account_id, destination_account_id = excluded.destination_account_id, currency = excluded.currency,
            since = case when a.state = excluded.state and a.stuck = excluded.stuck then a.since else excluded.since end
        """;

    const string Leave = "delete from sagas.attention where transaction_id = any($1)";

    static readonly DateTime Never = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    public void Saving(UnitOfWork work, IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
        var repeats = options.Value.RepeatsBeforeAlert;
        List<TransactionSaga>? entered = null;
        List<Guid>? left = null;
        foreach (var change in changes)
        {
            if (change.After is not null && AttentionRule.Needs(change.Saga, repeats))
                (entered ??= []).Add(change.Saga);
            else if (AttentionRule.MayHaveNeeded(change.Saga, change.Before))
                (left ??= []).Add(change.Saga.CorrelationId);
        }
        if (entered is not null)
            work.WriteRows(EnterRows(entered, repeats));
        if (left is not null)
            work.WriteRows(new NpgsqlBatchCommand(Leave) { Parameters = { PgArray.Of(NpgsqlDbType.Uuid, left.ToArray()) } });
    }

    public void Saved(IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
    }

    static NpgsqlBatchCommand EnterRows(List<TransactionSaga> sagas, int repeats) => new(Enter)
    {
        Parameters =
        {
            PgArray.Column(sagas, NpgsqlDbType.Uuid, s => s.CorrelationId),
            PgArray.Column(sagas, NpgsqlDbType.Text, s => s.CurrentState),
            PgArray.Column(sagas, NpgsqlDbType.Boolean, s => AttentionRule.IsStuck(s, repeats)),
            PgArray.Column(sagas, NpgsqlDbType.TimestampTz, s => s.UpdatedAt.UtcDateTime),
            PgArray.Column(sagas, NpgsqlDbType.TimestampTz, s => s.DeadlineAt?.UtcDateTime ?? Never),
            PgArray.Column(sagas, NpgsqlDbType.Bigint, s => s.AmountMinor ?? 0),
            PgArray.Column(sagas, NpgsqlDbType.Integer, s => s.Score),
            PgArray.Column(sagas, NpgsqlDbType.Integer, s => s.Repeats),
            PgArray.Column(sagas, NpgsqlDbType.Text, s => s.SourceAccountId),
            PgArray.Column(sagas, NpgsqlDbType.Text, s => s.DestinationAccountId),
            PgArray.Column(sagas, NpgsqlDbType.Text, s => s.Currency),
        },
    };
}
