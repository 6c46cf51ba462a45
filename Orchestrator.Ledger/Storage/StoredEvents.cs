using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Rows;

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
    /// <summary>The most events that lie between what a lane's projection has and an event that comes, and are fetched here.</summary>
    public const int MaxGap = 10_000;

    const int GapPage = 1_000;

    const string Columns = """
        e.account_id, e.version, e.type, e.amount_minor, e.command_id, e.transaction_id, e.hold_id, e.contra_account_id, e.contra_version,
        e.effective_at, e.recorded_at, e.reason, e.released_minor, e.expires_at, e.counterparty_account_id, e.reverses_transaction_id, a.currency, e.lane::int, e.lane_sequence
        """;

    const string Places = "select lane::int, lane_sequence, account_id, version from ledger.event";

    const string NextOfAccount = $"""
        select {Columns} from ledger.event e join ledger.account a on a.account_id = e.account_id
        where e.account_id = $1 and e.version > $2 order by e.version limit $3
        """;

    /// <summary>
    /// The next events after <paramref name="after"/>, <paramref name="limit"/> at most, of all accounts, as far as the generation in
    /// <paramref name="schema"/> has them by its marks.
    /// </summary>
    public static Task<List<LedgerEventRecorded>> NextAsync(
        NpgsqlConnection connection, string schema, EventCursor after, int limit, CancellationToken cancellationToken) => ReadAsync(
        new NpgsqlCommand(
            $"""
            select {Columns} from ledger.event e join ledger.account a on a.account_id = e.account_id {LaneMarks.JoinSql(schema)}
            where (e.account_id, e.version) > ($1, $2) and {LaneMarks.IsFoldedSql(schema)} order by e.account_id, e.version limit $3
            """, connection),
        after, limit, cancellationToken);

    /// <summary>The place of an event in its lane; null when it is older than the numbers of lanes, or not there.</summary>
    public static async Task<StoredPlace?> PlaceAsync(NpgsqlDataSource database, string accountId, long version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Places} where account_id = $1 and version = $2 and lane is not null");
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new() { Value = version });
        return await PlacesAsync(command, cancellationToken) is [var place] ? place : null;
    }

    /// <summary>Which events a lane has recorded under some of its numbers, in their order.</summary>
    /// <exception cref="MissingEventsException">They are not all there, or more than <see cref="MaxGap"/>.</exception>
    public static async Task<IReadOnlyList<StoredPlace>> PlacesAsync(NpgsqlDataSource database, int lane, long from, long to, CancellationToken cancellationToken)
    {
        if (to - from >= MaxGap)
            throw new MissingEventsException($"{to - from + 1} events before the one that came are not folded; at most {MaxGap} are fetched from the store: rebuild the projection");
        await using var command = database.CreateCommand($"{Places} where lane = $1 and lane_sequence between $2 and $3 order by lane_sequence");
        command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = checked((short)lane) });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        var places = await PlacesAsync(command, cancellationToken);
        return places.Count == to - from + 1
            ? places
            : throw new MissingEventsException($"of the lane's events {from} to {to} the store has {places.Count}, though {to + 1} was announced");
    }

    /// <summary>The events at <paramref name="places"/>, those of each account in order.</summary>
    public static async Task<IReadOnlyList<LedgerEventRecorded>> AtAsync(
        NpgsqlDataSource database, IReadOnlyList<StoredPlace> places, CancellationToken cancellationToken)
    {
        var events = new List<LedgerEventRecorded>(places.Count);
        foreach (var account in places.GroupBy(p => p.AccountId, StringComparer.Ordinal))
        {
            var versions = account.Select(p => p.Version).ToHashSet();
            var between = await BetweenAsync(database, account.Key, versions.Min(), versions.Max(), cancellationToken);
            events.AddRange(between.Where(e => versions.Contains(e.Version)));
        }
        return events;
    }

    static async Task<List<StoredPlace>> PlacesAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var places = new List<StoredPlace>();
        while (await rows.ReadAsync(cancellationToken))
            places.Add(new StoredPlace(rows.GetInt32(0), rows.GetInt64(1), rows.GetString(2), rows.GetInt64(3)));
        return places;
    }

    /// <summary>The events of an account from one version to another, both included.</summary>
    /// <exception cref="MissingEventsException">They are not all there.</exception>
    static async Task<IReadOnlyList<LedgerEventRecorded>> BetweenAsync(
        NpgsqlDataSource database, string accountId, long from, long to, CancellationToken cancellationToken)
    {
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
            events.Add(e.Announce(state) with { Lane = row.IsDBNull(17) ? null : row.GetInt32(17), LaneSequence = row.Number(18) });
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

/// <summary>Where an event is: by its lane, and by its account.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Sequence">Its number in the lane.</param>
/// <param name="AccountId">The account.</param>
/// <param name="Version">The account's version that it made.</param>
sealed record StoredPlace(int Lane, long Sequence, string AccountId, long Version);

/// <summary>An event was announced, but those before it are not to be had.</summary>
public sealed class MissingEventsException(string message) : Exception(message);
