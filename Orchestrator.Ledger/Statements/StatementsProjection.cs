using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging.Rows;

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
    public override int Version => 2;

    /// <inheritdoc />
    public override string CreateSql(string schema) => $"""
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
        ) with ({StorageSql.Growing});
        -- Only these can stand on another statement than that of their month, and they are few.
        create index entry_recorded_later on {schema}.entry (account_id, version) where recorded_later;

        -- The month of the opening has a row too, so an account that is known has one.
        create table {schema}.month_total (
            last_version  bigint  not null, -- of its entries
            entries       bigint  not null,
            credits_minor bigint  not null,
            debits_minor  bigint  not null,
            lane          integer not null, -- of the account
            month         date    not null,
            account_id    text    collate "C" not null,
            primary key (account_id, month)
        ) with (fillfactor = 70, {StorageSql.Updated});
        """;

    /// <inheritdoc />
    public override IReadOnlyList<NpgsqlBatchCommand> Fold(string schema, int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        var months = Months(partition, events);
        var entries = events.Where(e => e.PostedChangeMinor() != 0).ToList();
        return [.. months.Count > 0 ? [AddToMonths(schema, months)] : Nothing, .. entries.Count > 0 ? [AddEntries(schema, entries)] : Nothing];
    }

    static readonly NpgsqlBatchCommand[] Nothing = [];

    static NpgsqlBatchCommand AddToMonths(string schema, IReadOnlyList<MonthChange> months) => new(
        $"""
        insert into {schema}.month_total as t (account_id, month, last_version, entries, credits_minor, debits_minor, lane)
        select * from unnest($1, $2, $3, $4, $5, $6, $7)
        on conflict (account_id, month) do update
        set last_version = greatest(t.last_version, excluded.last_version), entries = t.entries + excluded.entries,
            credits_minor = t.credits_minor + excluded.credits_minor, debits_minor = t.debits_minor + excluded.debits_minor
        """)
    {
        Parameters =
        {
            PgArray.Column(months, NpgsqlDbType.Text, m => m.AccountId),
            PgArray.Column(months, NpgsqlDbType.Date, m => m.Month.First),
            PgArray.Column(months, NpgsqlDbType.Bigint, m => m.LastVersion),
            PgArray.Column(months, NpgsqlDbType.Bigint, m => m.Totals.Entries),
            PgArray.Column(months, NpgsqlDbType.Bigint, m => m.Totals.CreditsMinor),
            PgArray.Column(months, NpgsqlDbType.Bigint, m => m.Totals.DebitsMinor),
            PgArray.Column(months, NpgsqlDbType.Integer, m => m.Lane),
        },
    };

    static NpgsqlBatchCommand AddEntries(string schema, IReadOnlyList<LedgerEventRecorded> entries) => new(
        $"""
        insert into {schema}.entry (account_id, month, version, amount_minor, type, effective_at, recorded_at, recorded_later,
            transaction_id, reverses_transaction_id, counterparty, reason)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """)
    {
        Parameters =
        {
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.AccountId),
            PgArray.Column(entries, NpgsqlDbType.Date, e => Month.Of(e.EffectiveAt).First),
            PgArray.Column(entries, NpgsqlDbType.Bigint, e => e.Version),
            PgArray.Column(entries, NpgsqlDbType.Bigint, e => e.PostedChangeMinor()),
            PgArray.Column(entries, NpgsqlDbType.Text, e => EventTypeName.Of(e.Type)),
            PgArray.Column(entries, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.EffectiveAt)),
            PgArray.Column(entries, NpgsqlDbType.TimestampTz, e => Instants.Stored(e.RecordedAt)),
            PgArray.Column(entries, NpgsqlDbType.Boolean, e => Month.Of(e.RecordedAt) > Month.Of(e.EffectiveAt)),
            PgArray.Column(entries, NpgsqlDbType.Uuid, e => e.TransactionId),
            PgArray.Column(entries, NpgsqlDbType.Uuid, e => e.ReversesTransactionId),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.CounterpartyAccountId),
            PgArray.Column(entries, NpgsqlDbType.Text, e => e.Reason),
        },
    };

    static List<MonthChange> Months(int lane, IReadOnlyList<LedgerEventRecorded> events)
    {
        var months = new Dictionary<(string AccountId, Month Month), MonthChange>();
        foreach (var e in events)
        {
            var change = e.PostedChangeMinor();
            if (change == 0 && e.Type is not LedgerEventType.Opened)
                continue;
            var key = (e.AccountId, Month.Of(e.EffectiveAt));
            var before = months.TryGetValue(key, out var found) ? found.Totals : default;
            var after = change == 0
                ? before
                : new MonthTotals(before.Entries + 1, before.CreditsMinor + Math.Max(change, 0), before.DebitsMinor + Math.Max(-change, 0));
            months[key] = new MonthChange(lane, e.AccountId, key.Item2, e.Version, after);
        }
        return [.. months.Values];
    }

    sealed record MonthChange(int Lane, string AccountId, Month Month, long LastVersion, MonthTotals Totals);
}
