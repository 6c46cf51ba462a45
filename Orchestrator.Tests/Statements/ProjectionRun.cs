using System.Text;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Tests.Statements;

/// <summary>Builds read models in schemas of the caller's choice, without Kafka: a transaction a batch, as their host does.</summary>
static class ProjectionRun
{
    /// <summary>A new generation in <paramref name="schema"/>, of all events in batches of the sizes given, over and over.</summary>
    public static async Task BuildAsync(
        NpgsqlDataSource database, Projection projection, string schema, IReadOnlyList<LedgerEventRecorded> events, params int[] batches)
    {
        await ExecuteAsync(database, $"""
            drop schema if exists {schema} cascade; create schema {schema};
            {LaneMarks.CreateSql(schema)} {LaneMarks.BeginSql(schema, Lanes, atHeads: false)} {projection.CreateSql(schema)}
            """);
        var (at, batch) = (0, 0);
        while (at < events.Count)
        {
            var size = Math.Min(batches is [] ? events.Count : batches[batch++ % batches.Length], events.Count - at);
            await FoldAsync(database, projection, schema, [.. events.Skip(at).Take(size)]);
            at += size;
        }
    }

    /// <summary>One more batch; each lane's part of it in a transaction of its own.</summary>
    public static async Task FoldAsync(NpgsqlDataSource database, Projection projection, string schema, IReadOnlyList<LedgerEventRecorded> events)
    {
        foreach (var lane in events.GroupBy(e => e.Lane ?? Lane(e.AccountId)))
        {
            await using var connection = await database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(new($"update {schema}.watermark set sequence = sequence + {lane.Count()}, recorded_at = '{lane.Last().RecordedAt:O}' where lane = {lane.Key}"));
            foreach (var account in lane.DistinctBy(e => e.AccountId))
                batch.BatchCommands.Add(Account(account));
            foreach (var command in projection.Fold(schema, lane.Key, [.. lane]))
                batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
    }

    /// <summary>Every row of every table, in a fixed order, as text.</summary>
    public static async Task<string> RowsAsync(NpgsqlDataSource database, string schema)
    {
        var tables = new List<string>();
        await using (var command = database.CreateCommand("select tablename from pg_tables where schemaname = $1 order by 1"))
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = schema });
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                tables.Add(reader.GetString(0));
        }
        var rows = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = database.CreateCommand($"select t::text from {schema}.{table} t order by 1");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Append(table).Append(' ').Append(reader.GetString(0)).Append('\n');
        }
        return rows.ToString();
    }

    public static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The lane of an account whose events name none.</summary>
    public static int Lane(string account) => account[0] % Lanes;

    const int Lanes = 3;

    // As the ledger keeps it; what the read model says does not depend on its counters.
    static NpgsqlBatchCommand Account(LedgerEventRecorded e) => new(
        """
        insert into ledger.account (account_id, kind, customer_id, currency, overdraft_minor, opened_at, version,
            debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor)
        values ($1, 0, $1, $2, 0, now(), 1, 0, 0, 0, 0) on conflict (account_id) do nothing
        """)
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = e.AccountId }, new NpgsqlParameter<string> { TypedValue = e.Currency } },
    };
}

/// <summary>The schemas that a test says.</summary>
sealed class GivenSchemas : IProjectionSchemas
{
    public Dictionary<string, string> Active { get; } = new(StringComparer.Ordinal);

    public ValueTask<string?> ActiveSchemaAsync(string projection, CancellationToken cancellationToken) => ValueTask.FromResult(Active.GetValueOrDefault(projection));
}
