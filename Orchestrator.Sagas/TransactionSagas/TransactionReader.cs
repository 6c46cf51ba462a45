using Npgsql;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Reads stored transactions. What it gives is as of the last commit; it never waits for a lane.</summary>
public sealed class TransactionReader(NpgsqlDataSource database, SagaTable<TransactionSaga> table)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 500;

    /// <summary>The transaction; null when nothing has been heard of it.</summary>
    public async Task<TransactionSaga?> FindAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(table.SelectSql);
        command.Parameters.Add(new() { Value = new[] { transactionId } });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? table.Read(rows) : null;
    }

    /// <summary>Transactions by id, the next page after <paramref name="after"/>.</summary>
    /// <param name="state">Only those in this state, by its stored name; all when null.</param>
    /// <param name="after">The last id of the page before; null for the first page.</param>
    /// <param name="limit">How many at most, 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public async Task<IReadOnlyList<TransactionSaga>> ListAsync(string? state, Guid? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand(
            $"select {table.ColumnNames} from {table.Name} where ($1::text is null or state = $1) and transaction_id > $2 order by transaction_id limit $3");
        command.Parameters.Add(new() { Value = (object?)state ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = after ?? Guid.Empty });
        command.Parameters.Add(new() { Value = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<TransactionSaga>();
        while (await rows.ReadAsync(cancellationToken))
            page.Add(table.Read(rows));
        return page;
    }
}
