using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Ledger.Storage;

namespace Orchestrator.Ledger.Statements;

/// <summary>
/// What statements are made of: each account's entries, and their sums by the month of their effective time. On which statement an entry stands depends
/// on when months were closed, so that is worked out when a statement is read; the rows here follow from the events alone.
/// </summary>
public sealed class StatementsProjection : Projection
{
    /// <summary>The projection's name.</summary>
    public const string ProjectionName = "statements";

    /// <inheritdoc />
    public override string Name => ProjectionName;

    /// <inheritdoc />
    public override int Version => 1;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
        create table {schema}.account (
            account_id       text        collate "C" not null primary key,
            currency         text        not null,
            first_month      date        not null, -- of any event, by its effective time
            last_month       date        not null,
            last_version     bigint      not null, -- of the last event that was folded
            last_recorded_at timestamptz not null,
            balance_minor    bigint      not null
        ) with (fillfactor = 70);

        create table {schema}.entry (
            version                 bigint      not null,
            amount_minor            bigint      not null, -- signed: what it changed the balance by
            effective_at            timestamptz not null,
            recorded_at             timestamptz not null,
            month                   date        not null, -- of effective_at, UTC
            recorded_later          boolean     not null, -- in a later month than that
            transaction_id          uuid,
            reverses_transaction_id uuid,
            account_id              text        collate "C" not null,
            type                    text        not null,
            counterparty            text,
            reason                  text,
            primary key (account_id, month, version)
        );
        -- Only these can stand on another statement than that of their month, and they are few.
        create index entry_recorded_later on {schema}.entry (account_id, version) where recorded_later;

        create table {schema}.month_total (
            entries       bigint not null,
            credits_minor bigint not null,
            debits_minor  bigint not null,
            month         date   not null,
            account_id    text   collate "C" not null,
            primary key (account_id, month)
        ) with (fillfactor = 70);
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events) =>
        events.Count == 0 ? [] : [new NpgsqlBatchCommand(FoldSql(schema))
        {
            Parameters =
            {
                PgArray.Column(events, NpgsqlDbType.Text, e => e.AccountId),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.Version),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.Currency),
                PgArray.Column(events, NpgsqlDbType.Text, e => EventTypeName.Of(e.Type)),
                PgArray.Column(events, NpgsqlDbType.Bigint, e => e.PostedBalanceMinor()),
                PgArray.Column(events, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.EffectiveAt)),
                PgArray.Column(events, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.RecordedAt)),
                PgArray.Column(events, NpgsqlDbType.Date, e => Month.Of(e.EffectiveAt).First),
                PgArray.Column(events, NpgsqlDbType.Boolean, e => Month.Of(e.RecordedAt) > Month.Of(e.EffectiveAt)),
                PgArray.Column(events, NpgsqlDbType.Uuid, e => e.TransactionId),
                PgArray.Column(events, NpgsqlDbType.Uuid, e => e.ReversesTransactionId),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.CounterpartyAccountId),
                PgArray.Column(events, NpgsqlDbType.Text, e => e.Reason),
            },
        }];

    // What an event moved is the difference of the balances around it: counters say what an account holds, whatever kinds of events there will be.
    static string FoldSql(string schema) => $"""
        with moved as (
            select e.*, e.balance_minor - coalesce(
                lag(e.balance_minor) over (partition by e.account_id order by e.version), a.balance_minor, 0) as amount_minor
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as e (
                account_id, version, currency, type, balance_minor, effective_at, recorded_at, month, recorded_later,
                transaction_id, reverses_transaction_id, counterparty, reason)
            left join {schema}.account a on a.account_id = e.account_id
        ), entries as (
            insert into {schema}.entry (account_id, month, version, amount_minor, type, effective_at, recorded_at, recorded_later,
                transaction_id, reverses_transaction_id, counterparty, reason)
            select account_id, month, version, amount_minor, type, effective_at, recorded_at, recorded_later,
                transaction_id, reverses_transaction_id, counterparty, reason
            from moved where amount_minor <> 0
            returning account_id, month, amount_minor
        ), totals as (
            insert into {schema}.month_total as t (account_id, month, entries, credits_minor, debits_minor)
            select account_id, month, count(*), sum(greatest(amount_minor, 0)), sum(greatest(-amount_minor, 0))
            from entries group by account_id, month
            on conflict (account_id, month) do update
            set entries = t.entries + excluded.entries, credits_minor = t.credits_minor + excluded.credits_minor,
                debits_minor = t.debits_minor + excluded.debits_minor
        )
        insert into {schema}.account as a (account_id, currency, first_month, last_month, last_version, last_recorded_at, balance_minor)
        select account_id, min(currency), min(month), max(month), max(version),
            (array_agg(recorded_at order by version desc))[1], (array_agg(balance_minor order by version desc))[1]
        from moved group by account_id
        on conflict (account_id) do update
        set first_month = least(a.first_month, excluded.first_month), last_month = greatest(a.last_month, excluded.last_month),
            last_version = excluded.last_version, last_recorded_at = excluded.last_recorded_at, balance_minor = excluded.balance_minor
        """;
}
