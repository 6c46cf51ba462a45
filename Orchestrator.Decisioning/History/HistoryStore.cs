using Npgsql;
using NpgsqlTypes;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Decisioning.History;

/// <summary>Histories in PostgreSQL, read and written in sets.</summary>
public static class HistoryStore
{
    /// <summary>Reads the histories of <paramref name="accountIds"/>; those never seen are left out.</summary>
    public static async Task<Dictionary<string, AccountHistory>> ReadAsync(
        NpgsqlDataSource dataSource, IReadOnlyCollection<string> accountIds, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, AccountHistory>(accountIds.Count, StringComparer.Ordinal);
        await using var command = dataSource.CreateCommand("select account_id, state from decisioning.account_histories where account_id = any($1)");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. accountIds] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0), HistoryCodec.Read(reader.GetFieldValue<byte[]>(1)));
        return found;
    }

    /// <summary>The command that writes <paramref name="histories"/>, new or changed.</summary>
    public static NpgsqlBatchCommand WriteCommand(IReadOnlyDictionary<string, AccountHistory> histories, DateTimeOffset now)
    {
        // In key order: two writers (a lane that moves, say) then lock rows in the same order and cannot deadlock.
        var ordered = histories.OrderBy(h => h.Key, StringComparer.Ordinal).ToList();
        return new NpgsqlBatchCommand(
            """
            insert into decisioning.account_histories (account_id, state, updated_at)
            select * from unnest($1, $2, $3)
            on conflict (account_id) do update set state = excluded.state, updated_at = excluded.updated_at
            """)
        {
            Parameters =
            {
                PgArray.Column(ordered, NpgsqlDbType.Text, h => h.Key),
                PgArray.Column(ordered, NpgsqlDbType.Bytea, h => HistoryCodec.Write(h.Value)),
                PgArray.Column(ordered, NpgsqlDbType.TimestampTz, _ => now.UtcDateTime),
            },
        };
    }
}
