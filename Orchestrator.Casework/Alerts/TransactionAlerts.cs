using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Alerts;

/// <summary>Alerts by the transactions that raised them.</summary>
public sealed class TransactionAlerts(NpgsqlDataSource database)
{
    /// <summary>The most alerts of one answer.</summary>
    public const int MaxFound = 1_000;

    /// <summary>The alerts of these transactions, oldest first.</summary>
    public async Task<ILookup<Guid, StoredAlert>> FindAsync(IReadOnlyCollection<Guid> transactionIds, CancellationToken cancellationToken)
    {
        var found = new List<StoredAlert>();
        if (transactionIds.Count > 0)
        {
            await using var command = database.CreateCommand(
                $"select {AlertReader.Columns} from casework.alert where transaction_id = any($1) order by raised_at, alert_id limit $2");
            command.Parameters.AddRange(new NpgsqlParameter[] { Statements.Of(transactionIds.ToArray()), Statements.Of(MaxFound) });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                found.Add(AlertReader.Read(row));
        }
        return found.ToLookup(a => a.TransactionId!.Value);
    }
}
