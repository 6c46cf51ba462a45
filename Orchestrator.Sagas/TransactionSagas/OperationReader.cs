using Npgsql;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Reads what was asked of transactions and what became of it.</summary>
public sealed class OperationReader(NpgsqlDataSource database)
{
    /// <summary>The most that is read of one transaction: the oldest.</summary>
    public const int Most = 500;

    /// <summary>All that was asked of a transaction, oldest first.</summary>
    public async Task<IReadOnlyList<SagaAct>> OfAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select operation_id, transaction_id, kind, actor, asked_at, decided_at, from_state, to_state, reason, refusal
            from sagas.operation where transaction_id = $1 order by decided_at, operation_id limit {Most}
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = transactionId });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SagaAct>();
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(new SagaAct(
                rows.GetGuid(0), rows.GetGuid(1), rows.GetString(2), rows.GetString(3), rows.GetFieldValue<DateTimeOffset>(4), rows.GetFieldValue<DateTimeOffset>(5),
                rows.GetString(6), rows.GetString(7), rows.IsDBNull(8) ? null : rows.GetString(8), rows.IsDBNull(9) ? null : rows.GetString(9)));
        }
        return found;
    }
}
