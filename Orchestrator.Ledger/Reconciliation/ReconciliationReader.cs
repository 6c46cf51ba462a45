using System.Text.Json;
using Npgsql;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Reconciliation;

/// <summary>Reads statements and what came of them.</summary>
public sealed class ReconciliationReader(NpgsqlDataSource database)
{
    /// <summary>The most statements or breaks of one page.</summary>
    public const int MaxPage = 1_000;

    const string Columns = "statement_id, name, format, currency, from_on, to_on, days, lines, skipped, imported_at, imported_by";

    /// <summary>A page of statements, those imported first at the top.</summary>
    /// <param name="after">The last id that was seen; null for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<StatementView>> ListAsync(Guid? after, int limit, CancellationToken cancellationToken)
    {
        Check(limit);
        await using var command = database.CreateCommand($"select {Columns} from ledger.external_statement where statement_id > $1 order by statement_id limit $2");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<StatementView>();
        while (await reader.ReadAsync(cancellationToken))
            page.Add(Statement(reader));
        return page;
    }

    /// <summary>Whether there is such a statement.</summary>
    public async Task<bool> ExistsAsync(Guid statementId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from ledger.external_statement where statement_id = $1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = statementId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>A statement with counts and sums as they are now; null when there is none of that id.</summary>
    public async Task<ReconciliationView?> GetAsync(Guid statementId, CancellationToken cancellationToken)
    {
        const string Totals = """
            select status, rule, currency, count(*), sum(amount_minor), count(*) filter (where open), coalesce(sum(amount_minor) filter (where open), 0)
            from ledger.external_line_state where statement_id = $1
            group by status, rule, currency order by status collate "C", rule collate "C" nulls last, currency collate "C"
            """;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"select {Columns}, skipped_rows from ledger.external_statement where statement_id = $1") { Parameters = { Id() } },
                new(Totals) { Parameters = { Id() } },
            },
            Timeout = 600,
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var statement = Statement(reader);
        var skipped = JsonSerializer.Deserialize<List<BadRow>>(reader.GetString(11), JsonSerializerOptions.Web)!;
        await reader.NextResultAsync(cancellationToken);
        var totals = new List<ReconciliationTotal>();
        while (await reader.ReadAsync(cancellationToken))
        {
            totals.Add(new ReconciliationTotal(
                reader.GetString(0), reader.Text(1), reader.GetString(2), reader.GetInt64(3), reader.GetDecimal(4),
                reader.GetInt64(5), reader.GetDecimal(6)));
        }
        return new ReconciliationView(statement, totals.Sum(t => t.Open), totals, skipped);

        NpgsqlParameter<Guid> Id() => new() { TypedValue = statementId };
    }

    /// <summary>A page of open breaks, by number.</summary>
    /// <param name="statementId">The statement.</param>
    /// <param name="after">The last number that was seen; 0 for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<BreakView>> BreaksAsync(Guid statementId, int after, int limit, CancellationToken cancellationToken)
    {
        Check(limit);
        await using var command = database.CreateCommand("""
            select l.line, l.status, l.reference, l.amount_minor, l.currency, l.booked_on, l.text, l.account_id, l.version,
                case e.type when 5 then e.amount_minor else -e.amount_minor end, a.currency, e.effective_at
            from (
                select * from ledger.external_line_state where statement_id = $1 and line > $2 and status <> 'matched' and open order by line limit $3) l
            left join ledger.event e on e.account_id = l.account_id and e.version = l.version
            left join ledger.account a on a.account_id = l.account_id
            order by l.line
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = statementId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<BreakView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new BreakView(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4), reader.GetFieldValue<DateOnly>(5),
                reader.Text(6),
                reader.IsDBNull(9) ? null : new PostingView(
                    reader.GetString(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetString(10), reader.GetFieldValue<DateTimeOffset>(11))));
        }
        return page;
    }

    static StatementView Statement(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateOnly>(4), row.GetFieldValue<DateOnly>(5),
        row.GetInt16(6), row.GetInt32(7), row.GetInt32(8), row.GetFieldValue<DateTimeOffset>(9), row.GetString(10));

    static void Check(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
    }
}
