using System.Text.Json.Serialization;
using Npgsql;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Ledger.Projections.Balances;

/// <summary>Reads balances, now and as of any instant.</summary>
public sealed class BalanceReader(NpgsqlDataSource database, ProjectionReader projections)
{
    /// <summary>The balance of a customer's account; null when there is no such account.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="asOf">The instant; null for now.</param>
    /// <param name="by">
    /// By <see cref="BalanceTime.Recorded"/> it is what the ledger had recorded by then, and never changes again; by <see cref="BalanceTime.Effective"/>
    /// what was in effect then by all that is recorded by now, so an entry that comes late changes it.
    /// </param>
    /// <param name="now">The time of now, by which effective entries count without an instant.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProjectionNotReadyException">Balances are being built.</exception>
    public Task<BalanceView?> GetAsync(string accountId, DateTimeOffset? asOf, BalanceTime by, DateTimeOffset now, CancellationToken cancellationToken) =>
        projections.ReadAsync(
            BalancesProjection.ProjectionName,
            (served, stop) => by is BalanceTime.Effective
                ? ReadAsync(Effective(served, accountId, (asOf ?? now).ToUniversalTime()), accountId, asOf, by, served, stop)
                : ReadAsync(Recorded(served, accountId, asOf?.ToUniversalTime()), accountId, asOf, by, served, stop),
            cancellationToken);

    NpgsqlCommand Recorded(ServedGeneration served, string accountId, DateTimeOffset? asOf)
    {
        var command = database.CreateCommand(
            $"""
            select a.currency, coalesce(e.posted_minor, 0), coalesce(e.held_minor, 0), coalesce(e.version, 0)
            from ledger.account a left join lateral (
                select posted_minor, held_minor, version from {served.Schema}.entry e
                where e.account_id = a.account_id and e.recorded_at <= $2 order by e.recorded_at desc, e.version desc limit 1
            ) e on true
            where a.account_id = $1 and a.kind = 0
            """);
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = asOf ?? DateTimeOffset.MaxValue });
        return command;
    }

    NpgsqlCommand Effective(ServedGeneration served, string accountId, DateTimeOffset asOf)
    {
        var command = database.CreateCommand(
            $"""
            select a.currency,
                coalesce(d.posted_minor, 0) + coalesce(t.posted, 0), coalesce(d.held_minor, 0) + coalesce(t.held, 0), coalesce(e.version, 0)
            from ledger.account a
            left join lateral (
                select posted_minor, held_minor from {served.Schema}.day d where d.account_id = a.account_id and d.day < $2 order by d.day desc limit 1
            ) d on true
            left join lateral (
                select sum(posted_change_minor)::bigint as posted, sum(held_change_minor)::bigint as held from {served.Schema}.entry e
                where e.account_id = a.account_id and e.effective_at >= $3 and e.effective_at <= $4
            ) t on true
            left join lateral (
                select version from {served.Schema}.entry e where e.account_id = a.account_id order by e.recorded_at desc, e.version desc limit 1
            ) e on true
            where a.account_id = $1 and a.kind = 0
            """);
        command.Parameters.Add(new() { Value = accountId });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = DateOnly.FromDateTime(asOf.UtcDateTime) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = new DateTimeOffset(asOf.UtcDateTime.Date, TimeSpan.Zero) });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = asOf });
        return command;
    }

    static async Task<BalanceView?> ReadAsync(
        NpgsqlCommand command, string accountId, DateTimeOffset? asOf, BalanceTime by, ServedGeneration served, CancellationToken cancellationToken)
    {
        await using var disposed = command;
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
            return null;
        var (posted, held) = (row.GetInt64(1), row.GetInt64(2));
        return new BalanceView(accountId, row.GetString(0), posted, held, posted - held, row.GetInt64(3), by, asOf, served.Number);
    }
}

/// <summary>By which of an event's two times.</summary>
[JsonConverter(typeof(NamedEnumConverter<BalanceTime>))]
public enum BalanceTime
{
    /// <summary>When the ledger recorded it.</summary>
    [JsonStringEnumMemberName("recorded")] Recorded,

    /// <summary>When it happened in the business.</summary>
    [JsonStringEnumMemberName("effective")] Effective,
}

/// <summary>An account's balance.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Currency">ISO 4217 code of the amounts.</param>
/// <param name="PostedMinor">Credits less debits, minor units.</param>
/// <param name="HeldMinor">Reserved by holds, minor units.</param>
/// <param name="AvailableWithoutOverdraftMinor">Posted less held, minor units. What can be spent is that and the overdraft.</param>
/// <param name="Version">The account's version that it rests on; 0 before its first event.</param>
/// <param name="By">By which time.</param>
/// <param name="AsOf">The instant that was asked for, UTC; absent for now.</param>
/// <param name="Generation">Which generation of the projection has answered.</param>
public sealed record BalanceView(
    string AccountId,
    string Currency,
    long PostedMinor,
    long HeldMinor,
    long AvailableWithoutOverdraftMinor,
    long Version,
    BalanceTime By,
    DateTimeOffset? AsOf,
    int Generation);
