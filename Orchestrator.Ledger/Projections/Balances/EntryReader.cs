using System.Globalization;
using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Projections.Balances;

/// <summary>Reads an account's entries with the balance after each, by either time.</summary>
public sealed class EntryReader(NpgsqlDataSource database, ProjectionReader projections)
{
    /// <summary>The most that one page holds.</summary>
    public const int MaxPage = 1_000;

    /// <summary>The most entries that one page looks at.</summary>
    public const int MaxLooked = 10_000;

    /// <summary>
    /// A page of an account's entries, oldest first. It looks at <see cref="MaxLooked"/> entries at most, so with a filter by type it may hold fewer than
    /// <paramref name="limit"/>, even none, and not be the last.
    /// </summary>
    /// <param name="accountId">The account.</param>
    /// <param name="filter">Which entries.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">From 1 to <see cref="MaxPage"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProjectionNotReadyException">Balances are being built.</exception>
    public Task<EntryPage> PageAsync(string accountId, EntryFilter filter, EntryCursor? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        return projections.ReadAsync(
            BalancesProjection.ProjectionName, (served, stop) => ReadAsync(served, accountId, filter, after, limit, stop), cancellationToken);
    }

    async Task<EntryPage> ReadAsync(
        ServedGeneration served, string accountId, EntryFilter filter, EntryCursor? after, int limit, CancellationToken cancellationToken)
    {
        var at = filter.By is BalanceTime.Effective ? "effective_at" : "recorded_at";
        // The stretch's last entry comes beside its first row, and alone when nothing in it matches.
        await using var command = database.CreateCommand(
            $"""
            with looked as (
                select version, posted_minor, held_minor, effective_at, recorded_at from {served.Schema}.entry
                where account_id = $1 and ({at}, version) > ($2, $3) and {at} < $4 order by {at}, version limit {MaxLooked}
            ), found as (
                select l.version, e.type, e.amount_minor, l.posted_minor, l.held_minor, l.effective_at, l.recorded_at, e.command_id, e.transaction_id, e.hold_id,
                    e.contra_account_id, e.reason, e.counterparty_account_id, e.reverses_transaction_id, e.released_minor, e.expires_at
                from looked l join ledger.event e on e.account_id = $1 and e.version = l.version
                where $5::smallint is null or e.type = $5 order by l.{at}, l.version limit $6
            )
            select s.rows, s.last_at, s.last_version, found.*
            from (
                select (select count(*) from looked) as rows, l.{at} as last_at, l.version as last_version from looked l order by l.{at} desc, l.version desc limit 1
            ) s left join found on true
            order by found.{at}, found.version
            """);
        var start = after ?? new EntryCursor(filter.From ?? DateTimeOffset.MinValue, 0);
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = start.At.ToUniversalTime() });
        command.Parameters.Add(new() { Value = start.Version });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = (filter.To ?? DateTimeOffset.MaxValue).ToUniversalTime() });
        command.Parameters.Add(new() { Value = filter.Type is { } type ? EventTypeCode.Of(type) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new() { Value = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<EntryView>();
        var (looked, last) = (0L, default(EntryCursor));
        while (await row.ReadAsync(cancellationToken))
        {
            looked = row.GetInt64(0);
            last = new EntryCursor(row.GetFieldValue<DateTimeOffset>(1), row.GetInt64(2));
            if (!row.IsDBNull(3))
                items.Add(Entry(row));
        }
        EntryCursor? next = items.Count == limit ? CursorOf(items[^1], filter.By) : looked == MaxLooked ? last : null;
        return new EntryPage(items, next);
    }

    static EntryView Entry(NpgsqlDataReader row) => new(
        row.GetInt64(3), EventTypeCode.Read(row.GetInt16(4)), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7),
        row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9), row.GetGuid(10),
        row.Id(11), row.Id(12), row.Text(13), row.Text(14), row.Text(15), row.Id(16), row.Number(17), row.Instant(18));

    static EntryCursor CursorOf(EntryView entry, BalanceTime by) => new(by is BalanceTime.Effective ? entry.EffectiveAt : entry.RecordedAt, entry.Version);
}

/// <summary>Which entries.</summary>
/// <param name="By">By which time they are ordered and chosen.</param>
/// <param name="Type">Of this type only; all when null.</param>
/// <param name="From">From this instant on; from the first when null.</param>
/// <param name="To">Before this instant; to the last when null.</param>
public sealed record EntryFilter(BalanceTime By, LedgerEventType? Type = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>Where a page ends: the time and version of its last entry.</summary>
/// <param name="At">The time by which the entries are ordered, UTC.</param>
/// <param name="Version">The version.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EntryCursor(DateTimeOffset At, long Version)
{
    /// <summary>As text, to be handed back: microseconds since 1970 and the version.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}_{Version}");

    /// <summary>Reads what <see cref="ToString"/> gave; null when <paramref name="text"/> is something else.</summary>
    public static EntryCursor? Parse(string text)
    {
        const long EarliestMicros = -62_135_596_800_000_000;
        const long LatestMicros = 253_402_300_799_999_999;
        var parts = text.Split('_');
        return parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros) && micros is >= EarliestMicros and <= LatestMicros
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new EntryCursor(DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), version)
            : null;
    }
}

/// <summary>Some entries, oldest first.</summary>
/// <param name="Items">Those that match.</param>
/// <param name="Next">Where the next page goes on; null when all were looked at.</param>
public sealed record EntryPage(IReadOnlyList<EntryView> Items, EntryCursor? Next);

/// <summary>An entry: an event of the account and the balance after it, in the order in which they were recorded.</summary>
/// <param name="Version">The account's version that it made.</param>
/// <param name="Type">What happened.</param>
/// <param name="AmountMinor">Minor units of the account's currency; zero for events that move none.</param>
/// <param name="PostedMinor">Credits less debits after it, minor units.</param>
/// <param name="HeldMinor">Reserved by holds after it, minor units.</param>
/// <param name="EffectiveAt">When it happened in the business, UTC.</param>
/// <param name="RecordedAt">When the ledger recorded it, UTC; never before an earlier version.</param>
/// <param name="CommandId">The command that caused it.</param>
/// <param name="TransactionId">On whose behalf, when there is one.</param>
/// <param name="HoldId">The hold that is placed, captured or released.</param>
/// <param name="ContraAccountId">The other side of a posting.</param>
/// <param name="Reason">Why, where somebody said so.</param>
/// <param name="CounterpartyAccountId">The account at the other end, where that was said.</param>
/// <param name="ReversesTransactionId">The transaction that is undone.</param>
/// <param name="ReleasedMinor">Of a capture that named its amount: what the hold reserved beyond it, minor units.</param>
/// <param name="ExpiresAt">Of a hold: when it expires, UTC.</param>
public sealed record EntryView(
    long Version,
    LedgerEventType Type,
    long AmountMinor,
    long PostedMinor,
    long HeldMinor,
    DateTimeOffset EffectiveAt,
    DateTimeOffset RecordedAt,
    Guid CommandId,
    Guid? TransactionId,
    Guid? HoldId,
    string? ContraAccountId,
    string? Reason,
    string? CounterpartyAccountId,
    Guid? ReversesTransactionId,
    long? ReleasedMinor,
    DateTimeOffset? ExpiresAt);
