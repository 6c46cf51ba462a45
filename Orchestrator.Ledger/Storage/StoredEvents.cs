using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;

namespace Orchestrator.Ledger.Storage;

/// <summary>Where reading stands: an event, and the account after it.</summary>
/// <param name="AccountId">The account of the event read last; empty before the first.</param>
/// <param name="Version">Its version.</param>
/// <param name="Counters">The account's counters after it.</param>
sealed record EventCursor(string AccountId, long Version, AccountCounters Counters)
{
    /// <summary>Before the first event of all.</summary>
    public static EventCursor Start { get; } = new("", 0, AccountState.NoCounters);

    /// <summary>Before the first event of an account.</summary>
    public static EventCursor StartOf(string accountId) => new(accountId, 0, AccountState.NoCounters);

    /// <summary>After <paramref name="e"/>.</summary>
    public static EventCursor After(LedgerEventRecorded e) => new(e.AccountId, e.Version, e.Counters);
}

/// <summary>
/// The events of ledger.event as they were announced, by account and version: the counters after each are folded again on the way, for the store keeps
/// each account's last ones alone.
/// </summary>
static class StoredEvents
{
    /// <summary>The most events that lie between what an account's projection has and an event that comes, and are fetched here.</summary>
    public const int MaxGap = 10_000;

    const int GapPage = 1_000;

    const string Columns = """
        e.account_id, e.version, e.type, e.amount_minor, e.command_id, e.transaction_id, e.hold_id, e.contra_account_id, e.contra_version,
        e.effective_at, e.recorded_at, e.reason, e.released_minor, e.expires_at, e.counterparty_account_id, e.reverses_transaction_id, a.currency
        """;

    const string Next = $"""
        select {Columns} from ledger.event e join ledger.account a on a.account_id = e.account_id
        where (e.account_id, e.version) > ($1, $2) order by e.account_id, e.version limit $3
        """;

    const string NextOfAccount = $"""
        select {Columns} from ledger.event e join ledger.account a on a.account_id = e.account_id
        where e.account_id = $1 and e.version > $2 order by e.version limit $3
        """;

    /// <summary>The next events after <paramref name="after"/>, of all accounts, <paramref name="limit"/> at most.</summary>
    public static Task<List<LedgerEventRecorded>> NextAsync(NpgsqlConnection connection, EventCursor after, int limit, CancellationToken cancellationToken) =>
        ReadAsync(new NpgsqlCommand(Next, connection), after, limit, cancellationToken);

    /// <summary>The events of an account from one version to another, both included.</summary>
    /// <exception cref="MissingEventsException">They are not all there, or more than <see cref="MaxGap"/>.</exception>
    public static async Task<IReadOnlyList<LedgerEventRecorded>> BetweenAsync(
        NpgsqlDataSource database, string accountId, long from, long to, CancellationToken cancellationToken)
    {
        if (to - from >= MaxGap)
            throw new MissingEventsException($"{to - from + 1} events before the one that came are not folded; at most {MaxGap} are fetched from the store: rebuild the projection");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var found = new List<LedgerEventRecorded>();
        var cursor = EventCursor.StartOf(accountId);
        while (cursor.Version < to)
        {
            // From the account's first event on, for the counters follow from all of them.
            var page = await ReadAsync(
                new NpgsqlCommand(NextOfAccount, connection), cursor, (int)Math.Min(GapPage, to - cursor.Version), cancellationToken);
            if (page.Count == 0)
                throw new MissingEventsException($"version {cursor.Version + 1} of the account is not in the store, though version {to + 1} was announced");
            found.AddRange(page.Where(e => e.Version >= from));
            cursor = EventCursor.After(page[^1]);
        }
        return found;
    }

    static async Task<List<LedgerEventRecorded>> ReadAsync(NpgsqlCommand command, EventCursor after, int limit, CancellationToken cancellationToken)
    {
        await using var disposed = command;
        command.Parameters.Add(new() { Value = after.AccountId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = after.Version });
        command.Parameters.Add(new() { Value = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<LedgerEventRecorded>();
        var state = State(after.AccountId, "", after);
        while (await row.ReadAsync(cancellationToken))
        {
            var e = Event(row);
            var currency = row.GetString(16);
            state = string.Equals(e.AccountId, state.AccountId, StringComparison.Ordinal)
                ? state with { Currency = currency }
                : State(e.AccountId, currency, EventCursor.Start);
            state = LedgerFold.Apply(state, e);
            events.Add(e.Announce(state));
        }
        return events;
    }

    static LedgerEvent Event(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt64(1), EventTypeCode.Read(row.GetInt16(2)), row.GetInt64(3), row.GetGuid(4),
        row.Id(5), row.Id(6), row.Text(7), row.Number(8), row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), row.Text(11),
        row.Number(12), row.Instant(13), row.Text(14), row.Id(15));

    // Of an account, what folding its counters takes.
    static AccountState State(string accountId, string currency, EventCursor at) => new(
        accountId, AccountKind.Customer, null, currency, 0, null, at.Version, at.Counters, DateTimeOffset.UnixEpoch);
}

/// <summary>An event was announced, but those before it are not to be had.</summary>
public sealed class MissingEventsException(string message) : Exception(message);
