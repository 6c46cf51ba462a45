using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Reports;

/// <summary>
/// What regulatory reports look through: every movement of money by day, currency and amount, every pause between movements, and sums by day and currency.
/// No threshold is in it. A day is that on which the ledger recorded, UTC, so that what was reported of a day stays as it was.
/// </summary>
public sealed class ReportsProjection : Projection
{
    /// <summary>The projection's name.</summary>
    public const string ProjectionName = "reports";

    /// <inheritdoc />
    public override string Name => ProjectionName;

    /// <inheritdoc />
    public override int Version => 2;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
        create table {schema}.account (
            moved_at   timestamptz not null, -- the last movement, or the opening while there was none
            account_id text        collate "C" not null primary key
        ) with (fillfactor = 70, {StorageSql.Updated});

        create table {schema}.movement (
            version                 bigint      not null,
            amount_minor            bigint      not null, -- not negative
            effective_at            timestamptz not null,
            recorded_at             timestamptz not null,
            day                     date        not null, -- of recorded_at, UTC
            debit                   boolean     not null,
            transaction_id          uuid,
            reverses_transaction_id uuid,
            currency                text        not null,
            account_id              text        collate "C" not null,
            counterparty            text
        ) with ({StorageSql.Growing});
        create index movement_amount on {schema}.movement (day, currency, amount_minor);

        create table {schema}.pause (
            version      bigint      not null,
            amount_minor bigint      not null, -- signed
            since        timestamptz not null,
            until        timestamptz not null,
            day          date        not null, -- of until, UTC
            days         integer     not null, -- whole ones
            currency     text        not null,
            account_id   text        collate "C" not null
        );
        create index pause_days on {schema}.pause (day, days);

        -- Lanes commit side by side: each has rows of its own, or they would wait for each other.
        create table {schema}.day_total (
            day            date    not null,
            partition      integer not null,
            currency       text    not null,
            debits         bigint  not null,
            credits        bigint  not null,
            holds_placed   bigint  not null,
            holds_captured bigint  not null,
            holds_released bigint  not null,
            holds_expired  bigint  not null,
            debited_minor  numeric not null,
            credited_minor numeric not null,
            placed_minor   numeric not null,
            captured_minor numeric not null,
            released_minor numeric not null, -- what captures gave back is in it
            expired_minor  numeric not null,
            primary key (day, currency, partition)
        ) with (fillfactor = 70, {StorageSql.Updated});
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        var totals = DayTotals.Of(partition, events);
        var moving = events.Where(e => e.PostedChangeMinor() != 0 || e.Type is LedgerEventType.Opened).ToList();
        return [.. totals.Count > 0 ? [AddToDays(schema, totals)] : Nothing, .. moving.Count > 0 ? [AddMovements(schema, moving)] : Nothing];
    }

    static readonly NpgsqlBatchCommand[] Nothing = [];

    static NpgsqlBatchCommand AddToDays(string schema, IReadOnlyList<DayTotals> totals) => new(
        $"""
        insert into {schema}.day_total as t (day, currency, partition, debits, credits, holds_placed, holds_captured, holds_released, holds_expired,
            debited_minor, credited_minor, placed_minor, captured_minor, released_minor, expired_minor)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) order by 1, 2, 3
        on conflict (day, currency, partition) do update
        set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits, holds_placed = t.holds_placed + excluded.holds_placed,
            holds_captured = t.holds_captured + excluded.holds_captured, holds_released = t.holds_released + excluded.holds_released,
            holds_expired = t.holds_expired + excluded.holds_expired, debited_minor = t.debited_minor + excluded.debited_minor,
            credited_minor = t.credited_minor + excluded.credited_minor, placed_minor = t.placed_minor + excluded.placed_minor,
            captured_minor = t.captured_minor + excluded.captured_minor, released_minor = t.released_minor + excluded.released_minor,
            expired_minor = t.expired_minor + excluded.expired_minor
        """)
    {
        Parameters =
        {
            PgArray.Column(totals, NpgsqlDbType.Date, t => t.Day),
            PgArray.Column(totals, NpgsqlDbType.Text, t => t.Currency),
            PgArray.Column(totals, NpgsqlDbType.Integer, t => t.Partition),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.Debits),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.Credits),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.HoldsPlaced),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.HoldsCaptured),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.HoldsReleased),
            PgArray.Column(totals, NpgsqlDbType.Bigint, t => t.HoldsExpired),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.DebitedMinor),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.CreditedMinor),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.PlacedMinor),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.CapturedMinor),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.ReleasedMinor),
            PgArray.Column(totals, NpgsqlDbType.Numeric, t => t.ExpiredMinor),
        },
    };

    // Openings are among them for their time alone: the first movement's pause begins there.
    static NpgsqlBatchCommand AddMovements(string schema, IReadOnlyList<LedgerEventRecorded> moving) => new(
        $"""
        with m as (
            select e.*, coalesce(lag(e.recorded_at) over (partition by e.account_id order by e.version), a.moved_at, e.recorded_at) as since
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as e (
                account_id, version, currency, moved_minor, effective_at, recorded_at, day, transaction_id, reverses_transaction_id, counterparty)
            left join {schema}.account a on a.account_id = e.account_id
        ), movements as (
            insert into {schema}.movement (day, currency, amount_minor, debit, account_id, version, effective_at, recorded_at,
                transaction_id, reverses_transaction_id, counterparty)
            select day, currency, abs(moved_minor), moved_minor < 0, account_id, version, effective_at, recorded_at,
                transaction_id, reverses_transaction_id, counterparty
            from m where moved_minor <> 0
        ), pauses as (
            insert into {schema}.pause (day, days, account_id, version, currency, amount_minor, since, until)
            select day, floor(extract(epoch from recorded_at - since) / 86400), account_id, version, currency, moved_minor, since, recorded_at
            from m where moved_minor <> 0 and recorded_at - since >= interval '{ReportOptions.LeastDormantDays * 24} hours'
        )
        insert into {schema}.account as a (account_id, moved_at)
        select distinct on (account_id) account_id, recorded_at from m order by account_id, version desc
        on conflict (account_id) do update set moved_at = excluded.moved_at
        """)
    {
        Parameters =
        {
            PgArray.Column(moving, NpgsqlDbType.Text, e => e.AccountId),
            PgArray.Column(moving, NpgsqlDbType.Bigint, e => e.Version),
            PgArray.Column(moving, NpgsqlDbType.Text, e => e.Currency),
            PgArray.Column(moving, NpgsqlDbType.Bigint, e => e.PostedChangeMinor()),
            PgArray.Column(moving, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.EffectiveAt)),
            PgArray.Column(moving, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.RecordedAt)),
            PgArray.Column(moving, NpgsqlDbType.Date, e => DateOnly.FromDateTime(e.RecordedAt.UtcDateTime)),
            PgArray.Column(moving, NpgsqlDbType.Uuid, e => e.TransactionId),
            PgArray.Column(moving, NpgsqlDbType.Uuid, e => e.ReversesTransactionId),
            PgArray.Column(moving, NpgsqlDbType.Text, e => e.CounterpartyAccountId),
        },
    };
}
