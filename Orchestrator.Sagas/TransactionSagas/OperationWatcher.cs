using Npgsql;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Writes what was asked of transactions, in the unit of work that took or refused it. A unit in which nobody has asked for anything writes nothing.</summary>
sealed class OperationWatcher : ISagaWatcher<TransactionSaga>
{
    const string Insert =
        """
        insert into sagas.operation (operation_id, transaction_id, kind, actor, asked_at, decided_at, from_state, to_state, reason, refusal)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (operation_id) do nothing
        """;

    public void Saving(UnitOfWork work, IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
        List<SagaAct>? acts = null;
        foreach (var change in changes)
        {
            if (change.Saga.Acts is not { Count: > 0 } done)
                continue;
            (acts ??= []).AddRange(done);
            done.Clear();
        }
        if (acts is null)
            return;
        var command = new NpgsqlBatchCommand(Insert);
        Add(a => a.OperationId);
        Add(a => a.TransactionId);
        Add(a => a.Kind);
        Add(a => a.Actor);
        Add(a => a.AskedAt.ToUniversalTime());
        Add(a => a.DecidedAt.ToUniversalTime());
        Add(a => a.FromState);
        Add(a => a.ToState);
        Add(a => a.Reason);
        Add(a => a.Refusal);
        work.WriteRows(command);

        void Add<T>(Func<SagaAct, T> column) => command.Parameters.Add(new NpgsqlParameter { Value = acts.Select(column).ToArray() });
    }

    public void Saved(IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
    }
}
