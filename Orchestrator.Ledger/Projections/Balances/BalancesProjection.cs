using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Projections.Balances;

/// <summary>
/// What each account had after each of its events, so that its balance as of any instant is a look-up. The counters that come with an event are believed;
/// what it changed follows from its type and amount.
/// <list type="bullet">
/// <item><c>entry</c>: a row an event, with the balance after it in recorded order.</item>
/// <item><c>day</c>: a row an account and effective day (UTC), with the sum of all that is effective up to its end. An entry that comes late
/// corrects the days after its own. With the entries of one day on top it gives any instant.</item>
/// </list>
/// </summary>
public sealed class BalancesProjection : Projection
{
    /// <summary>Its name.</summary>
    public const string ProjectionName = "balances";

    /// <inheritdoc />
    public override string Name => ProjectionName;

    /// <inheritdoc />
    public override int Version => 2;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
        -- The ledger records no event of an account before an earlier one, whichever clock says so: the index by recorded_at is in the order of versions too.
        create table {schema}.entry (
            version             bigint      not null,
            posted_minor        bigint      not null,
            held_minor          bigint      not null,
            posted_change_minor bigint      not null,
            held_change_minor   bigint      not null,
            effective_at        timestamptz not null,
            recorded_at         timestamptz not null,
            account_id          text        collate "C" not null,
            primary key (account_id, recorded_at, version)
        ) with ({StorageSql.Growing});
        create index entry_effective on {schema}.entry (account_id, effective_at, version);

        create table {schema}.day (
            posted_minor bigint not null,
            held_minor   bigint not null,
            day          date   not null,
            account_id   text   collate "C" not null,
            primary key (account_id, day)
        ) with (fillfactor = 70, {StorageSql.Updated});
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        var days = Days(events);
        return days.Count == 0 ? [AddEntries(schema, events)] : [OpenDays(schema, days), AddToDays(schema, days), AddEntries(schema, events)];
    }

    static NpgsqlBatchCommand OpenDays(string schema, IReadOnlyList<DayChange> days) => new(
        $"""
        insert into {schema}.day (account_id, day, posted_minor, held_minor)
        select u.account_id, u.day, coalesce(b.posted_minor, 0), coalesce(b.held_minor, 0)
        from unnest($1, $2) as u (account_id, day)
        left join lateral (
            select posted_minor, held_minor from {schema}.day d where d.account_id = u.account_id and d.day < u.day order by d.day desc limit 1
        ) b on true
        where not exists (select from {schema}.day d where d.account_id = u.account_id and d.day = u.day)
        """)
    {
        Parameters = { AccountId(days), PgArray.Column(days, NpgsqlDbType.Date, d => d.Day) },
    };

    static NpgsqlBatchCommand AddToDays(string schema, IReadOnlyList<DayChange> days) => new(
        $"""
        update {schema}.day d set posted_minor = d.posted_minor + c.posted, held_minor = d.held_minor + c.held
        from (
            select t.account_id, t.day, sum(u.posted)::bigint as posted, sum(u.held)::bigint as held
            from unnest($1, $2, $3, $4) as u (account_id, day, posted, held)
            join {schema}.day t on t.account_id = u.account_id and t.day >= u.day
            group by t.account_id, t.day
        ) c
        where d.account_id = c.account_id and d.day = c.day
        """)
    {
        Parameters =
        {
            AccountId(days),
            PgArray.Column(days, NpgsqlDbType.Date, d => d.Day),
            PgArray.Column(days, NpgsqlDbType.Bigint, d => d.PostedMinor),
            PgArray.Column(days, NpgsqlDbType.Bigint, d => d.HeldMinor),
        },
    };

    static NpgsqlBatchCommand AddEntries(string schema, IReadOnlyList<LedgerEventRecorded> events) => new(
        $"""
        insert into {schema}.entry (account_id, version, posted_minor, held_minor, posted_change_minor, held_change_minor, effective_at, recorded_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """)
    {
        Parameters =
        {
            PgArray.Column(events, NpgsqlDbType.Text, e => e.AccountId),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Version),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.PostedBalanceMinor()),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Counters.DebitsPendingMinor),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.PostedChangeMinor()),
            PgArray.Column(events, NpgsqlDbType.Bigint, e => e.HeldChangeMinor()),
            PgArray.Column(events, NpgsqlDbType.TimestampTz, e => e.EffectiveAt.ToUniversalTime()),
            PgArray.Column(events, NpgsqlDbType.TimestampTz, e => e.RecordedAt.ToUniversalTime()),
        },
    };

    static NpgsqlParameter<string[]> AccountId(IReadOnlyList<DayChange> days) => PgArray.Column(days, NpgsqlDbType.Text, d => d.AccountId);

    // What nothing changed needs no day: a day without a row is as the one before it.
    static List<DayChange> Days(IReadOnlyList<LedgerEventRecorded> events)
    {
        var days = new Dictionary<(string AccountId, DateOnly Day), DayChange>();
        foreach (var e in events)
        {
            var (posted, held) = (e.PostedChangeMinor(), e.HeldChangeMinor());
            if (posted == 0 && held == 0)
                continue;
            var key = (e.AccountId, DateOnly.FromDateTime(e.EffectiveAt.UtcDateTime));
            var before = days.GetValueOrDefault(key);
            days[key] = new DayChange(e.AccountId, key.Item2, before.PostedMinor + posted, before.HeldMinor + held);
        }
        return [.. days.Values];
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct DayChange(string AccountId, DateOnly Day, long PostedMinor, long HeldMinor);
}
