using Npgsql;
using NpgsqlTypes;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Ledger.Reports;

/// <summary>The regulatory reports there are.</summary>
public static class ReportDefinitions
{
    const string Minor = "minor units";
    const string Pieces = "pieces";
    const string Days = "days";

    static readonly ReportColumn Day = new("day", "date", null, "The day on which the ledger recorded it, UTC.");
    static readonly ReportColumn Account = new("accountId", "string", null, "The account.");
    static readonly ReportColumn Customer = new("customerId", "string", null, "Who owns the account.", Nullable: true);
    static readonly ReportColumn Currency = new("currency", "string", null, "Currency or asset of the row's amounts, by its code.");
    static readonly ReportColumn Direction = new("direction", "string", null, "debit: off the account; credit: onto it.");
    static readonly ReportColumn Threshold = new("thresholdMinor", "integer", Minor, "The large amount that the report went by.");
    static readonly ReportColumn Version = new("version", "integer", null, "The account's version that the event made: it names the event.");
    static readonly ReportColumn Transaction = new("transactionId", "uuid", null, "On whose behalf, when there is one.", Nullable: true);

    /// <summary>Single movements that are large.</summary>
    public static ReportDefinition LargeTransactions { get; } = new(
        name: "large_transactions",
        description: "Every debit and credit of a customer's account at or above the large amount of its currency.",
        columns:
        [
            Day, Account, Customer, Currency, Direction,
            new("amountMinor", "integer", Minor, "How much was moved."),
            Threshold,
            new("effectiveAt", "instant", null, "When it happened in the business, UTC."),
            new("recordedAt", "instant", null, "When the ledger recorded it, UTC."),
            Transaction,
            new("counterpartyAccountId", "string", null, "The account at the other end, where it is known.", Nullable: true),
            new("reversesTransactionId", "uuid", null, "The transaction that it undoes, when it does.", Nullable: true),
            Version,
        ],
        sql: schema => $"""
            select p.day, p.account_id, a.customer_id, p.currency, case when p.debit then 'debit' else 'credit' end, p.amount_minor, c.large_minor,
                p.effective_at, p.recorded_at, p.transaction_id, p.counterparty, p.reverses_transaction_id, p.version, p.key
            from (
                select distinct t.currency, t.large_minor from {schema}.day_total d join unnest($4, $5) as t (currency, large_minor) on t.currency = d.currency
                where d.day = $1) c
            cross join lateral (
                select m.*, m.account_id || ':' || lpad(m.version::text, 19, '0') as key from {schema}.movement m
                where m.day = $1 and m.currency = c.currency and m.amount_minor >= c.large_minor) p
            left join ledger.account a on a.account_id = p.account_id
            where $2 is null or p.key > $2
            order by p.key limit $3
            """,
        parameters: (options, currencies) => [Codes(currencies), Amounts(currencies, options.LargeAmount)]);

    /// <summary>Several movements just under the large amount.</summary>
    public static ReportDefinition Structuring { get; } = new(
        name: "structuring",
        description: "Accounts with several debits, or several credits, just under the large amount of their currency in one day.",
        columns:
        [
            Day, Account, Customer, Currency, Direction,
            new("count", "integer", Pieces, "How many movements were just under the large amount."),
            new("sumMinor", "integer", Minor, "What they add up to."),
            new("leastMinor", "integer", Minor, "The smallest of them."),
            new("mostMinor", "integer", Minor, "The largest of them."),
            new("fromMinor", "integer", Minor, "From which amount on a movement was just under it."),
            Threshold,
        ],
        sql: schema => $"""
            select $1, g.account_id, a.customer_id, g.currency, g.direction, g.count, g.sum, g.least, g.most, g.under_minor, g.large_minor, g.key
            from (
                select m.account_id, m.currency, m.direction, count(*) as count, sum(m.amount_minor) as sum, min(m.amount_minor) as least,
                    max(m.amount_minor) as most, c.under_minor, c.large_minor, m.account_id || ':' || m.direction as key
                from (
                    select distinct t.currency, t.under_minor, t.large_minor
                    from {schema}.day_total d join unnest($4, $5, $6) as t (currency, large_minor, under_minor) on t.currency = d.currency
                    where d.day = $1) c
                cross join lateral (
                    select account_id, currency, amount_minor, case when debit then 'debit' else 'credit' end as direction from {schema}.movement
                    where day = $1 and currency = c.currency and amount_minor >= c.under_minor and amount_minor < c.large_minor) m
                group by m.account_id, m.currency, m.direction, c.under_minor, c.large_minor
                having count(*) >= $7) g
            left join ledger.account a on a.account_id = g.account_id
            where $2 is null or g.key > $2
            order by g.key limit $3
            """,
        parameters: (options, currencies) =>
        [
            Codes(currencies),
            Amounts(currencies, options.LargeAmount),
            Amounts(currencies, options.JustUnder),
            new NpgsqlParameter<int> { TypedValue = options.StructuringCount },
        ]);

    /// <summary>Accounts that move again.</summary>
    public static ReportDefinition DormantReactivation { get; } = new(
        name: "dormant_reactivation",
        description: "The first movement of an account after many days without one, counted from its opening where there was none before.",
        columns:
        [
            Day, Account, Customer, Currency, Direction,
            new("amountMinor", "integer", Minor, "How much was moved."),
            new("dormantDays", "integer", Days, "Whole days without a movement before it."),
            new("lastMovedAt", "instant", null, "When the account moved before, or was opened, UTC."),
            new("recordedAt", "instant", null, "When the ledger recorded the movement, UTC."),
            Version,
        ],
        sql: schema => $"""
            select p.day, p.account_id, a.customer_id, p.currency, case when p.amount_minor < 0 then 'debit' else 'credit' end, abs(p.amount_minor), p.days,
                p.since, p.until, p.version, p.key
            from (
                select r.*, r.account_id || ':' || lpad(r.version::text, 19, '0') as key from {schema}.pause r where r.day = $1 and r.days >= $4) p
            left join ledger.account a on a.account_id = p.account_id
            where $2 is null or p.key > $2
            order by p.key limit $3
            """,
        parameters: (options, _) => [new NpgsqlParameter<int> { TypedValue = options.DormantDays }]);

    /// <summary>Sums.</summary>
    public static ReportDefinition Totals { get; } = new(
        name: "totals",
        description: "What customers' accounts moved and held, by day and currency.",
        columns:
        [
            Day, Currency,
            new("debits", "integer", Pieces, "Debits."),
            new("debitedMinor", "integer", Minor, "What they took off."),
            new("credits", "integer", Pieces, "Credits."),
            new("creditedMinor", "integer", Minor, "What they put on."),
            new("holdsPlaced", "integer", Pieces, "Holds placed."),
            new("placedMinor", "integer", Minor, "What they reserved."),
            new("holdsCaptured", "integer", Pieces, "Holds captured."),
            new("capturedMinor", "integer", Minor, "What captures took off."),
            new("holdsReleased", "integer", Pieces, "Holds released."),
            new("releasedMinor", "integer", Minor, "What became available again: released holds, and what captures left of theirs."),
            new("holdsExpired", "integer", Pieces, "Holds expired."),
            new("expiredMinor", "integer", Minor, "What they had reserved."),
        ],
        sql: schema => $"""
            select day, currency, sum(debits), sum(debited_minor), sum(credits), sum(credited_minor), sum(holds_placed), sum(placed_minor),
                sum(holds_captured), sum(captured_minor), sum(holds_released), sum(released_minor), sum(holds_expired), sum(expired_minor), currency
            from {schema}.day_total
            where day = $1 and ($2 is null or currency collate "C" > $2)
            group by day, currency order by currency collate "C" limit $3
            """,
        parameters: (_, _) => []);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReportDefinition> All { get; } = [LargeTransactions, Structuring, DormantReactivation, Totals];

    /// <summary>The report of that name; null when there is none.</summary>
    public static ReportDefinition? Find(string name) => All.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.Ordinal));

    static NpgsqlParameter<string[]> Codes(CurrencyScales currencies) => PgArray.Column(currencies.Codes, NpgsqlDbType.Text, c => c);

    static NpgsqlParameter<long[]> Amounts(CurrencyScales currencies, Func<string, CurrencyScales, long> amount) =>
        PgArray.Column(currencies.Codes, NpgsqlDbType.Bigint, c => amount(c, currencies));
}
