using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Ledger.Formats;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Statements;

/// <summary>Reads statements from the read model, and when months were closed from the store.</summary>
public sealed class StatementReader(NpgsqlDataSource database, IProjectionSchemas schemas)
{
    /// <summary>How many entries are in memory at once.</summary>
    public const int PageEntries = 1_000;

    const string AccountSql = """
        select a.currency, m.first_month, m.last_month, m.last_version, a.customer_id, w.recorded_at, coalesce(w.sequence >= c.sequence, false),
            exists (select from {0}.waiting p where p.account_id = $1)
        from ledger.account a
        cross join lateral (
            select min(month) as first_month, max(month) as last_month, max(last_version) as last_version, min(lane) as lane from {0}.month_total t where t.account_id = $1
        ) m
        left join {0}.watermark w on w.lane = m.lane
        left join ledger.chain c on c.lane = m.lane
        where a.account_id = $1 and m.first_month is not null
        """;

    // The sums by effective time, less what was recorded after that month was closed, which stands on a later statement.
    const string TotalsSql = """
        with late as (
            select e.month, b.booked, e.amount_minor
            from {0}.entry e cross join lateral (
                select (max(c.month) + interval '1 month')::date as booked from ledger.closed_month c where c.recorded_until < e.recorded_at) b
            where e.account_id = $1 and e.recorded_later and b.booked > e.month
        )
        select month, sum(entries)::bigint, sum(credits_minor)::bigint, sum(debits_minor)::bigint
        from (
            select month, entries, credits_minor, debits_minor from {0}.month_total where account_id = $1
            union all
            select month, -1, -greatest(amount_minor, 0), -greatest(-amount_minor, 0) from late
            union all
            select booked, 1, greatest(amount_minor, 0), greatest(-amount_minor, 0) from late
        ) t
        group by month having sum(entries) <> 0
        """;

    // Those of the month, and those of earlier months that were recorded after the closing before it; each half goes through an index of its own.
    const string EntriesSql = """
        select version, effective_at, recorded_at, late, type, amount_minor, counterparty, transaction_id, reverses_transaction_id, reason
        from (
            (select version, effective_at, recorded_at, false as late, type, amount_minor, counterparty, transaction_id, reverses_transaction_id, reason
            from {0}.entry
            where account_id = $1 and month = $2 and version > $3 and version <= $4 and recorded_at <= $6
            order by version limit $7)
            union all
            (select version, effective_at, recorded_at, true, type, amount_minor, counterparty, transaction_id, reverses_transaction_id, reason
            from {0}.entry
            where account_id = $1 and recorded_later and month < $2 and version > $3 and version <= $4 and recorded_at > $5 and recorded_at <= $6
            order by version limit $7)
        ) e
        order by version limit $7
        """;

    // Later than any entry.
    static readonly DateTimeOffset Never = new(9_999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The account's months; null while the read model is not built, or has not got to the account yet.</summary>
    public async Task<AccountBooks?> BooksAsync(string accountId, CancellationToken cancellationToken)
    {
        if (await schemas.ActiveSchemaAsync(StatementsProjection.ProjectionName, cancellationToken) is not { } schema)
            return null;
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One instant for all three questions.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new(In(schema, AccountSql)) { Parameters = { new NpgsqlParameter<string> { TypedValue = accountId } } });
        batch.BatchCommands.Add(new(In(schema, TotalsSql)) { Parameters = { new NpgsqlParameter<string> { TypedValue = accountId } } });
        batch.BatchCommands.Add(MonthCloser.Query());
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var (currency, first, last) = (reader.GetString(0), reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2));
        var (lastVersion, customerId, readUntil) = (reader.GetInt64(3), reader.Text(4), reader.Instant(5) ?? DateTimeOffset.MinValue);
        var (hasReadAll, isWaiting) = (reader.GetBoolean(6), reader.GetBoolean(7));
        await reader.NextResultAsync(cancellationToken);
        var totals = new Dictionary<Month, MonthTotals>();
        while (await reader.ReadAsync(cancellationToken))
            totals.Add(Month.Of(reader.GetFieldValue<DateOnly>(0)), new MonthTotals(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
        await reader.NextResultAsync(cancellationToken);
        return new AccountBooks(schema, totals)
        {
            AccountId = accountId,
            CustomerId = customerId,
            Currency = currency,
            FirstMonth = Month.Of(first),
            LastMonth = Month.Of(last),
            LastVersion = lastVersion,
            ReadUntil = isWaiting ? DateTimeOffset.MinValue : readUntil,
            HasReadAll = hasReadAll && !isWaiting,
            Closings = await MonthCloser.ReadAsync(reader, cancellationToken),
        };
    }

    /// <summary>A month's statement. Its entries are read as they are enumerated, <see cref="PageEntries"/> at a time, as they stood when the books were read.</summary>
    /// <param name="books">The account.</param>
    /// <param name="month">One that has a statement.</param>
    /// <param name="masked">Whether to hide most of each account's number.</param>
    public Statement Statement(AccountBooks books, Month month, bool masked = false)
    {
        var summary = books.Summary(month);
        return new Statement(
            masked ? AccountMask.Of(books.AccountId) : books.AccountId, books.CustomerId, books.Currency, summary.Month, summary.Status, summary.ClosedAt,
            summary.OpeningBalanceMinor, summary.CreditsMinor, summary.DebitsMinor, summary.ClosingBalanceMinor, summary.EntryCount,
            EntriesAsync(books, month, summary, masked));
    }

    async IAsyncEnumerable<StatementEntry> EntriesAsync(
        AccountBooks books, Month month, StatementSummary summary, bool masked, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (after, balance, count) = (0L, summary.OpeningBalanceMinor, 0L);
        while (true)
        {
            var page = await PageAsync(books, month, after, cancellationToken);
            foreach (var entry in page)
            {
                (after, balance, count) = (entry.Version, balance + entry.AmountMinor, count + 1);
                yield return entry with
                {
                    BalanceMinor = balance,
                    CounterpartyAccountId = masked && entry.CounterpartyAccountId is { } other ? AccountMask.Of(other) : entry.CounterpartyAccountId,
                };
            }
            if (page.Count < PageEntries)
                break;
        }
        // A statement that does not add up is broken off: nobody takes it for a whole one.
        if (balance != summary.ClosingBalanceMinor || count != summary.EntryCount)
            throw new InvalidOperationException($"the entries of {month} in {books.Schema} do not add up to what its statement says");
    }

    async Task<List<StatementEntry>> PageAsync(AccountBooks books, Month month, long after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(In(books.Schema, EntriesSql));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = books.AccountId });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month.First, NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = books.LastVersion });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = books.Closings.Of(month.Previous)?.RecordedUntil ?? Never });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = books.Closings.Of(month)?.RecordedUntil ?? Never });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageEntries });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<StatementEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new StatementEntry(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetBoolean(3), reader.GetString(4),
                reader.GetInt64(5), 0, reader.Text(6), reader.Id(7),
                reader.Id(8), reader.Text(9)));
        }
        return page;
    }

    static string In(string schema, string sql) => sql.Replace("{0}", schema, StringComparison.Ordinal);
}
