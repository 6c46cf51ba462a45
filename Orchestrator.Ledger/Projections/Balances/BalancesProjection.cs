using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Storage;

namespace Orchestrator.Ledger.Projections.Balances;

/// <summary>
/// What each account had after each of its events, so that its balance as of any instant is a look-up. The counters that come with an event are believed;
/// what an event changed is the difference to those before it, whatever its type.
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
    public override int Version => 1;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
        -- recorded_at is never before that of an earlier version, whichever clock wrote it: so the index by it is in the order of versions too.
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
        ) with (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 500000);
        create index entry_effective on {schema}.entry (account_id, effective_at, version);

        create table {schema}.day (
            posted_minor bigint not null,
            held_minor   bigint not null,
            day          date   not null,
            account_id   text   collate "C" not null,
            primary key (account_id, day)
        ) with (fillfactor = 70, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        var rows = Rows(events);
        // Days first: what an account's first event changed is told by the entries before these.
        return [OpenDays(schema, rows), AddToDays(schema, rows), AddEntries(schema, rows)];
    }

    static NpgsqlBatchCommand OpenDays(string schema, IReadOnlyList<Row> rows) => new(
        $"""
        insert into {schema}.day (account_id, day, posted_minor, held_minor)
        select distinct u.account_id, u.day, coalesce(b.posted_minor, 0), coalesce(b.held_minor, 0)
        from unnest($1, $2) as u (account_id, day)
        left join lateral (
            select posted_minor, held_minor from {schema}.day d where d.account_id = u.account_id and d.day < u.day order by d.day desc limit 1
        ) b on true
        on conflict (account_id, day) do nothing
        """)
    {
        Parameters = { AccountId(rows), PgArray.Column(rows, NpgsqlDbType.Date, r => r.Day) },
    };

    static NpgsqlBatchCommand AddToDays(string schema, IReadOnlyList<Row> rows) => new(
        $"""
        update {schema}.day d set posted_minor = d.posted_minor + c.posted, held_minor = d.held_minor + c.held
        from (
            select t.account_id, t.day,
                sum(u.posted - coalesce(u.posted_before, b.posted_minor, 0))::bigint as posted, sum(u.held - coalesce(u.held_before, b.held_minor, 0))::bigint as held
            from unnest($1, $2, $3, $4, $5, $6) as u (account_id, day, posted, held, posted_before, held_before)
            left join lateral ({Before(schema)}) b on true
            join {schema}.day t on t.account_id = u.account_id and t.day >= u.day
            group by t.account_id, t.day
        ) c
        where d.account_id = c.account_id and d.day = c.day
        """)
    {
        Parameters =
        {
            AccountId(rows),
            PgArray.Column(rows, NpgsqlDbType.Date, r => r.Day),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.PostedMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.HeldMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.PostedBeforeMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.HeldBeforeMinor),
        },
    };

    static NpgsqlBatchCommand AddEntries(string schema, IReadOnlyList<Row> rows) => new(
        $"""
        insert into {schema}.entry (account_id, version, posted_minor, held_minor, posted_change_minor, held_change_minor, effective_at, recorded_at)
        select u.account_id, u.version, u.posted, u.held,
            u.posted - coalesce(u.posted_before, b.posted_minor, 0), u.held - coalesce(u.held_before, b.held_minor, 0),
            u.effective_at, greatest(u.recorded_at, b.recorded_at)
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as u (account_id, version, posted, held, posted_before, held_before, effective_at, recorded_at)
        left join lateral ({Before(schema)}) b on true
        """)
    {
        Parameters =
        {
            AccountId(rows),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.Version),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.PostedMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.HeldMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.PostedBeforeMinor),
            PgArray.Column(rows, NpgsqlDbType.Bigint, r => r.HeldBeforeMinor),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, r => r.EffectiveAt),
            PgArray.Column(rows, NpgsqlDbType.TimestampTz, r => r.RecordedAt),
        },
    };

    static string Before(string schema) => $"""
        select posted_minor, held_minor, recorded_at from {schema}.entry e
        where e.account_id = u.account_id order by e.recorded_at desc, e.version desc limit 1
        """;

    static NpgsqlParameter<string[]> AccountId(IReadOnlyList<Row> rows) => PgArray.Column(rows, NpgsqlDbType.Text, r => r.AccountId);

    // Of an account's first event here, what was before is in the tables.
    static List<Row> Rows(IReadOnlyList<LedgerEventRecorded> events)
    {
        var last = new Dictionary<string, Row>(StringComparer.Ordinal);
        var rows = new List<Row>(events.Count);
        foreach (var e in events)
        {
            var before = last.GetValueOrDefault(e.AccountId);
            var recordedAt = before is not null && before.RecordedAt > e.RecordedAt ? before.RecordedAt : e.RecordedAt.ToUniversalTime();
            var effectiveAt = e.EffectiveAt.ToUniversalTime();
            var row = new Row(
                e.AccountId, e.Version, e.Counters.CreditsPostedMinor - e.Counters.DebitsPostedMinor, e.Counters.DebitsPendingMinor,
                before?.PostedMinor, before?.HeldMinor, effectiveAt, DateOnly.FromDateTime(effectiveAt.UtcDateTime), recordedAt);
            last[e.AccountId] = row;
            rows.Add(row);
        }
        return rows;
    }

    sealed record Row(
        string AccountId, long Version, long PostedMinor, long HeldMinor, long? PostedBeforeMinor, long? HeldBeforeMinor,
        DateTimeOffset EffectiveAt, DateOnly Day, DateTimeOffset RecordedAt);
}
