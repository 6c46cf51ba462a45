using Npgsql;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Reads stored accounts' sagas. What it gives is as of the last commit; it never waits for a lane.</summary>
public sealed class AccountSagaReader(NpgsqlDataSource database, SagaTable<AccountSaga> table)
{
    /// <summary>The account's saga; null when there is none.</summary>
    public async Task<AccountSaga?> FindAsync(string accountId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(table.SelectSql);
        command.Parameters.Add(new() { Value = new[] { AccountIds.SagaOf(accountId) } });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? table.Read(rows) : null;
    }
}
