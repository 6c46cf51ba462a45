using System.Text.Json.Serialization;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Accounts;

/// <summary>Reads accounts and their events as they are committed.</summary>
public sealed class AccountReader(NpgsqlDataSource database)
{
    /// <summary>The most events of one page.</summary>
    public const int MaxPage = 1_000;

    /// <summary>The account; null when there is none of that id.</summary>
    public async Task<AccountView?> GetAsync(string accountId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("""
            select customer_id, currency, overdraft_minor, per_transaction_minor, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, opened_at, status, per_day_minor, spent_on, spent_minor,
                account_id
            from ledger.account where account_id = $1 and kind = 0
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = accountId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Account(reader) : null;
    }

    /// <summary>A page of customers' accounts in the order of their ids.</summary>
    /// <param name="after">The last id that was seen; empty for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<AccountView>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand("""
            select customer_id, currency, overdraft_minor, per_transaction_minor, version,
                debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor, opened_at, status, per_day_minor, spent_on, spent_minor,
                account_id
            from ledger.account where account_id > $1 and kind = 0 order by account_id limit $2
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<AccountView>();
        while (await reader.ReadAsync(cancellationToken))
            page.Add(Account(reader));
        return page;
    }

    /// <summary>As the ledger would decide by them: those of the customers' accounts that are there.</summary>
    public async Task<IReadOnlyList<AccountState>> GetStatesAsync(IEnumerable<string> accountIds, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {LedgerReads.AccountColumns} from ledger.account where account_id = any($1) and kind = 0");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. accountIds.Distinct(StringComparer.Ordinal)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<AccountState>();
        while (await reader.ReadAsync(cancellationToken))
            accounts.Add(LedgerReads.Account(reader));
        return accounts;
    }

    static AccountView Account(NpgsqlDataReader reader)
    {
        var overdraft = reader.GetInt64(2);
        var counters = new AccountCounters(reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8));
        return new AccountView(
            reader.GetString(14), reader.GetString(0), reader.GetString(1), overdraft, reader.IsDBNull(3) ? null : reader.GetInt64(3), counters,
            AccountState.Available(counters, overdraft), reader.GetInt64(4), reader.GetFieldValue<DateTimeOffset>(9), (AccountStatus)reader.GetInt16(10),
            reader.Number(11), reader.IsDBNull(12) ? null : reader.GetFieldValue<DateOnly>(12), reader.GetInt64(13));
    }

    /// <summary>A page of the account's own events, oldest first; empty when there are none after <paramref name="afterVersion"/>.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="afterVersion">The last version that was seen; 0 for the first page.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<AccountEventView>> GetEventsAsync(
        string accountId, long afterVersion, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        await using var command = database.CreateCommand("""
            select version, type, amount_minor, command_id, transaction_id, hold_id, contra_account_id, effective_at, recorded_at, reason,
                released_minor, expires_at, counterparty_account_id, reverses_transaction_id
            from ledger.event where account_id = $1 and version > $2 order by version limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = accountId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterVersion });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<AccountEventView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new AccountEventView(
                reader.GetInt64(0), EventTypeCode.Read(reader.GetInt16(1)), reader.GetInt64(2), reader.GetGuid(3),
                reader.Id(4), reader.Id(5), reader.Text(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8), reader.Text(9),
                reader.Number(10), reader.Instant(11), reader.Text(12), reader.Id(13)));
        }
        return page;
    }
}

/// <summary>An account as others see it.</summary>
/// <param name="AccountId">Its id for ever.</param>
/// <param name="CustomerId">The customer who owns it.</param>
/// <param name="Currency">ISO 4217 code of every amount on it.</param>
/// <param name="OverdraftMinor">How far below zero the available balance may go.</param>
/// <param name="PerTransactionMinor">The most that one transaction may take; none when null.</param>
/// <param name="Counters">The four counters, in minor units.</param>
/// <param name="AvailableMinor">What can still be spent: credits less debits, pending ones counted, plus the overdraft.</param>
/// <param name="Version">How many events it has had.</param>
/// <param name="OpenedAt">When, UTC.</param>
/// <param name="Status">What may be done with it.</param>
/// <param name="PerDayMinor">The most that may leave it in a day (UTC), what is held counted; none when null.</param>
/// <param name="SpentOn">The last day (UTC) on which something left it; kept where there is a limit per day.</param>
/// <param name="SpentMinor">What left it on that day.</param>
public sealed record AccountView(
    string AccountId,
    string CustomerId,
    string Currency,
    long OverdraftMinor,
    long? PerTransactionMinor,
    AccountCounters Counters,
    long AvailableMinor,
    long Version,
    DateTimeOffset OpenedAt,
    AccountStatus Status,
    long? PerDayMinor = null,
    DateOnly? SpentOn = null,
    long SpentMinor = 0)
{
    /// <summary>As the ledger decides by it.</summary>
    [JsonIgnore]
    public AccountState State => new(
        AccountId, AccountKind.Customer, CustomerId, Currency, OverdraftMinor, PerTransactionMinor, Version, Counters, OpenedAt, Status, PerDayMinor,
        SpentOn, SpentMinor);
}

/// <summary>An event of an account as others see it.</summary>
/// <param name="Version">1, 2, 3, ... without a gap.</param>
/// <param name="Type">What happened.</param>
/// <param name="AmountMinor">Minor units of the account's currency.</param>
/// <param name="CommandId">The command that caused it.</param>
/// <param name="TransactionId">On whose behalf, when there is one.</param>
/// <param name="HoldId">The hold that is placed, captured or released.</param>
/// <param name="ContraAccountId">The other side of a posting.</param>
/// <param name="EffectiveAt">When it happened in the business, UTC.</param>
/// <param name="RecordedAt">When the ledger recorded it, UTC.</param>
/// <param name="Reason">Why, where somebody said so.</param>
/// <param name="ReleasedMinor">Of a capture that named its amount: what the hold reserved beyond it.</param>
/// <param name="ExpiresAt">Of a hold: when it expires, UTC.</param>
/// <param name="CounterpartyAccountId">The account at the other end, where that was said.</param>
/// <param name="ReversesTransactionId">The transaction that is undone.</param>
public sealed record AccountEventView(
    long Version,
    LedgerEventType Type,
    long AmountMinor,
    Guid CommandId,
    Guid? TransactionId,
    Guid? HoldId,
    string? ContraAccountId,
    DateTimeOffset EffectiveAt,
    DateTimeOffset RecordedAt,
    string? Reason = null,
    long? ReleasedMinor = null,
    DateTimeOffset? ExpiresAt = null,
    string? CounterpartyAccountId = null,
    Guid? ReversesTransactionId = null);
