using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Storage;

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
    public override int Version => 1;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
        create table {schema}.account (
            account_id    text        collate "C" not null primary key,
            balance_minor bigint      not null,
            moved_at      timestamptz not null -- the last movement, or the first event while there was none
        ) with (fillfactor = 70);

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
        );
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
        ) with (fillfactor = 70);
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events) =>
        events.Count == 0 ? [] : [new NpgsqlBatchCommand(FoldSql(schema))
        {
            Parameters =
            {
                PgArray.Column(events, NpgsqlDbType.Integer, _ => partition),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.AccountId),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Version),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.Currency),
                PgArray.Column(events, NpgsqlDbType.Text, e => EventTypeName.Of(e.Type)),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.AmountMinor),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.ReleasedMinor ?? 0),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.PostedBalanceMinor()),
                PgArray.Column(events, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.EffectiveAt)),
                PgArray.Column(events, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.RecordedAt)),
                PgArray.Column(events, NpgsqlDbType.Date, e => DateOnly.FromDateTime(e.RecordedAt.UtcDateTime)),
                PgArray.Column(events, NpgsqlDbType.Uuid, e => e.TransactionId),
                PgArray.Column(events, NpgsqlDbType.Uuid, e => e.ReversesTransactionId),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.CounterpartyAccountId),
            },
        }];

    // What an event moved is the difference of the balances around it; what became of holds says its type.
    static string FoldSql(string schema) => $"""
        with e as (
            select e.*, a.moved_at as moved_before,
                first_value(e.recorded_at) over (partition by e.account_id order by e.version) as first_at,
                e.balance_minor - coalesce(lag(e.balance_minor) over (partition by e.account_id order by e.version), a.balance_minor, 0) as moved_minor
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as e (
                partition, account_id, version, currency, type, amount_minor, given_back_minor, balance_minor, effective_at, recorded_at, day,
                transaction_id, reverses_transaction_id, counterparty)
            left join {schema}.account a on a.account_id = e.account_id
        ), m as (
            select e.*, coalesce(lag(e.recorded_at) over (partition by e.account_id order by e.version), e.moved_before, e.first_at) as since
            from e where e.moved_minor <> 0
        ), movements as (
            insert into {schema}.movement (day, currency, amount_minor, debit, account_id, version, effective_at, recorded_at,
                transaction_id, reverses_transaction_id, counterparty)
            select day, currency, abs(moved_minor), moved_minor < 0, account_id, version, effective_at, recorded_at,
                transaction_id, reverses_transaction_id, counterparty
            from m
        ), pauses as (
            insert into {schema}.pause (day, days, account_id, version, currency, amount_minor, since, until)
            select day, floor(extract(epoch from recorded_at - since) / 86400), account_id, version, currency, moved_minor, since, recorded_at
            from m where recorded_at - since >= interval '{ReportOptions.LeastDormantDays * 24} hours'
        ), totals as (
            insert into {schema}.day_total as t (day, currency, partition, debits, credits, holds_placed, holds_captured, holds_released, holds_expired,
                debited_minor, credited_minor, placed_minor, captured_minor, released_minor, expired_minor)
            select day, currency, partition,
                count(*) filter (where moved_minor < 0), count(*) filter (where moved_minor > 0),
                count(*) filter (where type = 'hold_placed'), count(*) filter (where type = 'hold_captured'),
                count(*) filter (where type = 'hold_released'), count(*) filter (where type = 'hold_expired'),
                sum(greatest(-moved_minor, 0)), sum(greatest(moved_minor, 0)),
                coalesce(sum(amount_minor) filter (where type = 'hold_placed'), 0), coalesce(sum(amount_minor) filter (where type = 'hold_captured'), 0),
                coalesce(sum(case type when 'hold_released' then amount_minor else given_back_minor end) filter (
                    where type in ('hold_released', 'hold_captured')), 0),
                coalesce(sum(amount_minor) filter (where type = 'hold_expired'), 0)
            from e where moved_minor <> 0 or type in ('hold_placed', 'hold_captured', 'hold_released', 'hold_expired')
            group by day, currency, partition order by day, currency, partition
            on conflict (day, currency, partition) do update
            set debits = t.debits + excluded.debits, credits = t.credits + excluded.credits, holds_placed = t.holds_placed + excluded.holds_placed,
                holds_captured = t.holds_captured + excluded.holds_captured, holds_released = t.holds_released + excluded.holds_released,
                holds_expired = t.holds_expired + excluded.holds_expired, debited_minor = t.debited_minor + excluded.debited_minor,
                credited_minor = t.credited_minor + excluded.credited_minor, placed_minor = t.placed_minor + excluded.placed_minor,
                captured_minor = t.captured_minor + excluded.captured_minor, released_minor = t.released_minor + excluded.released_minor,
                expired_minor = t.expired_minor + excluded.expired_minor
        )
        insert into {schema}.account as a (account_id, balance_minor, moved_at)
        select account_id, (array_agg(balance_minor order by version desc))[1],
            coalesce((array_agg(recorded_at order by version desc) filter (where moved_minor <> 0))[1], min(moved_before), min(first_at))
        from e group by account_id
        on conflict (account_id) do update set balance_minor = excluded.balance_minor, moved_at = excluded.moved_at
        """;
}
