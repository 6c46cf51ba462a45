using System.Runtime.CompilerServices;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Replay;

/// <summary>Accounts, their events and their snapshots, as a replay needs them. On one connection, so that a transaction gives one view of all.</summary>
/// <param name="connection">An open connection, which nobody else uses meanwhile.</param>
public sealed class ReplayStore(NpgsqlConnection connection)
{
    /// <summary>How many events are read at once; about a megabyte.</summary>
    public const int PageSize = 5_000;

    const string EventColumns = """
        account_id, version, type, amount_minor, command_id, transaction_id, hold_id, contra_account_id, contra_version, effective_at, recorded_at,
        reason, released_minor, expires_at, counterparty_account_id, reverses_transaction_id
        """;

    const string OwnEvents = $"select {EventColumns} from ledger.event where account_id = $1 and version > $2 order by version limit $3";

    const string Postings =
        $"select {EventColumns} from ledger.event where contra_account_id = $1 and contra_version > $2 order by contra_version limit $3";

    // The same code folds the same: what is there stays. Later code takes the place of earlier.
    const string Insert = """
        insert into ledger.snapshot as s (account_id, version, fold_version, debits_pending_minor, debits_posted_minor, credits_pending_minor,
            credits_posted_minor, status, spent_on, spent_minor, taken_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (account_id, version) do update
        set fold_version = excluded.fold_version, debits_pending_minor = excluded.debits_pending_minor, debits_posted_minor = excluded.debits_posted_minor,
            credits_pending_minor = excluded.credits_pending_minor, credits_posted_minor = excluded.credits_posted_minor, status = excluded.status,
            spent_on = excluded.spent_on, spent_minor = excluded.spent_minor, taken_at = excluded.taken_at
        where s.fold_version < excluded.fold_version
        """;

    /// <summary>The account as its row has it; null when there is none of that id.</summary>
    public async Task<AccountState?> FindAccountAsync(string accountId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {LedgerReads.AccountColumns} from ledger.account where account_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = accountId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? LedgerReads.Account(row) : null;
    }

    /// <summary>How many accounts there are, the ledger's own included.</summary>
    public async Task<long> CountAccountsAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select count(*) from ledger.account", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The next ids of accounts, in their order.</summary>
    /// <param name="after">The last id that was seen; empty for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<string>> NextAccountsAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select account_id from ledger.account where account_id > $1 order by account_id limit $2", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            ids.Add(rows.GetString(0));
        return ids;
    }

    /// <summary>The latest snapshot of at most <paramref name="version"/> that this code has folded; null when there is none.</summary>
    public async Task<AccountSnapshot?> FindSnapshotAsync(string accountId, long version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select version, fold_version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor,
                status, spent_on, spent_minor, taken_at
            from ledger.snapshot where account_id = $1 and version <= $2 and fold_version = $3 order by version desc limit 1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = accountId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = version });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LedgerFold.Version });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        return new AccountSnapshot(
            accountId, row.GetInt64(0), row.GetInt32(1), new AccountCounters(row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
            (AccountStatus)row.GetInt16(6), row.IsDBNull(7) ? null : row.GetFieldValue<DateOnly>(7), row.GetInt64(8), row.GetFieldValue<DateTimeOffset>(9));
    }

    /// <summary>The events that made the account, oldest first and page by page: a customer's own, or those that name one of the ledger's as the other side.</summary>
    /// <param name="account">The account.</param>
    /// <param name="afterVersion">The version of the account after which to begin.</param>
    /// <param name="cancellationToken">Stops between two events.</param>
    /// <exception cref="InvalidOperationException">An event has a type that this version does not know.</exception>
    public async IAsyncEnumerable<LedgerEvent> EventsAsync(
        AccountState account, long afterVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var own = account.Kind is AccountKind.Customer;
        var page = new List<LedgerEvent>();
        do
        {
            page.Clear();
            await ReadPageAsync(own ? OwnEvents : Postings, account.AccountId, afterVersion, page, cancellationToken);
            foreach (var e in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return e;
                afterVersion = own ? e.Version : e.ContraVersion!.Value;
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>Keeps a snapshot; one of the same version and code may be there already and stays.</summary>
    /// <returns>Whether it was kept.</returns>
    public async Task<bool> AddAsync(AccountSnapshot snapshot, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = snapshot.AccountId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Version });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = snapshot.FoldVersion });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Counters.DebitsPendingMinor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Counters.DebitsPostedMinor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Counters.CreditsPendingMinor });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.Counters.CreditsPostedMinor });
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)snapshot.Status });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)snapshot.SpentOn ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Date });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = snapshot.SpentMinor });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = snapshot.TakenAt.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    async Task ReadPageAsync(string query, string accountId, long afterVersion, List<LedgerEvent> page, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = accountId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterVersion });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PageSize });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            page.Add(new LedgerEvent(
                row.GetString(0), row.GetInt64(1), EventTypeCode.Read(row.GetInt16(2)), row.GetInt64(3), row.GetGuid(4), row.Id(5), row.Id(6), row.Text(7),
                row.Number(8), row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), row.Text(11), row.Number(12), row.Instant(13),
                row.Text(14), row.Id(15)));
        }
    }
}
