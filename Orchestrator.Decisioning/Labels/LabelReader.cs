using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.Labels;

/// <summary>Reads labels.</summary>
public sealed class LabelReader(NpgsqlDataSource database)
{
    /// <summary>The most labels that are read of one transaction: the last ones.</summary>
    public const int Most = 100;

    /// <summary>What was said about a transaction, the one that counts first: the last by its time, and of several at once the one with the highest id.</summary>
    public async Task<IReadOnlyList<FraudLabelled>> OfAsync(Guid transactionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select label_id, transaction_id, source_account_id, is_fraud, source, labelled_at, effective_at, reason
            from decisioning.label where transaction_id = $1 order by labelled_at desc, label_id desc limit {Most}
            """);
        command.Parameters.Add(new() { Value = transactionId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var labels = new List<FraudLabelled>();
        while (await row.ReadAsync(cancellationToken))
        {
            labels.Add(new FraudLabelled(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetBoolean(3), (LabelSource)row.GetInt16(4), row.GetFieldValue<DateTimeOffset>(5),
                row.Instant(6), row.Text(7)));
        }
        return labels;
    }
}
