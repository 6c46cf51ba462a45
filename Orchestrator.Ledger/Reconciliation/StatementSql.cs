namespace Orchestrator.Ledger.Reconciliation;

/// <summary>
/// Matching, set by set, in temporary tables of one transaction. Everything is a function of the lines, of the postings as one query saw them, and of
/// what was matched before: ties are broken by line and by account and version, never by the order in which rows happen to come.
/// </summary>
static class StatementSql
{
    /// <summary>The tables: lines, postings that may be theirs, which line names which posting, and what comes of it.</summary>
    public const string CreateTables = """
        create temp table recon_line (ord int not null, statement_id uuid, line int, amount_minor bigint not null, booked_on date not null,
            currency text not null, reference text not null, text text, ids uuid[]) on commit drop;
        create temp table recon_posting (account_id text collate "C" not null, version bigint not null, amount_minor bigint not null, currency text not null,
            day date not null, command_id uuid not null, transaction_id uuid, taken boolean not null, named boolean not null) on commit drop;
        create temp table recon_edge (ord int not null, account_id text collate "C" not null, version bigint not null,
            same_currency boolean not null, exact boolean not null, taken boolean not null) on commit drop;
        create temp table recon_match (ord int not null, account_id text collate "C" not null, version bigint not null, rule text not null) on commit drop;
        create temp table recon_finding (ord int not null, status text not null, account_id text collate "C", version bigint) on commit drop;
        create temp table recon_spoken (account_id text collate "C" not null, version bigint not null) on commit drop
        """;

    /// <summary>Takes lines in.</summary>
    public const string CopyLines = "copy recon_line (ord, amount_minor, booked_on, currency, reference, text, ids) from stdin (format binary)";

    /// <summary>What the lines say together: their most frequent currency, first and last day.</summary>
    public const string Extent = "select mode() within group (order by currency collate \"C\"), min(booked_on), max(booked_on) from recon_line";

    // One import at a time, and no resolution meanwhile: what is matched is seen by all, and a posting is never fought over.
    /// <summary>Waits for the turn; kept to the transaction's end.</summary>
    public const string Lock = "select pg_advisory_xact_lock(x'7265636f6e63696c'::bit(64)::bigint)";

    /// <summary>The statement, unless its bytes are there already. $1 id .. $13 skipped rows.</summary>
    public const string InsertStatement = """
        insert into ledger.external_statement (statement_id, sha256, name, format, currency, from_on, to_on, days, lines, skipped, skipped_rows,
            imported_at, imported_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (sha256) do nothing
        """;

    /// <summary>The statement of these bytes. $1 SHA-256.</summary>
    public const string FindStatement = "select statement_id from ledger.external_statement where sha256 = $1";

    // Lines of earlier statements whose posting was not there yet come before all others.
    /// <summary>Adds the lines that wait.</summary>
    public const string AddWaiting = """
        insert into recon_line (ord, statement_id, line, amount_minor, booked_on, currency, reference, ids)
        select (-1000000000 + row_number() over (order by l.statement_id, l.line))::int, l.statement_id, l.line, l.amount_minor, l.booked_on, l.currency,
            l.reference, l.ids
        from ledger.external_line l
        where l.status = 'missing_in_ledger' and l.ids is not null
            and not exists (select from ledger.external_match m where m.statement_id = l.statement_id and m.line = l.line)
            and not exists (select from ledger.external_resolution r where r.statement_id = l.statement_id and r.line = l.line)
        """;

    const string Settlement = "e.contra_account_id >= 'settlement:' and e.contra_account_id < 'settlement;' and e.type in (5, 6)";

    /// <summary>
    /// The postings that a line names, and those of the time from $1 (included) to $2 (excluded): as one query sees them, so that no posting that
    /// comes meanwhile is known to one rule and not to another.
    /// </summary>
    public const string AddPostings = $"""
        with ids as materialized (select distinct unnest(ids) as id from recon_line where ids is not null),
        chosen as (
            select e.account_id, e.version from ids join ledger.event e on e.command_id = ids.id where {Settlement}
            union
            select e.account_id, e.version from ids join ledger.event e on e.transaction_id = ids.id where {Settlement} and e.transaction_id is not null
            union
            select e.account_id, e.version from ledger.event e where e.effective_at >= $1 and e.effective_at < $2 and {Settlement})
        insert into recon_posting
        select e.account_id, e.version, case e.type when 5 then e.amount_minor else -e.amount_minor end, a.currency,
            (e.effective_at at time zone 'UTC')::date, e.command_id, e.transaction_id,
            exists (select from ledger.external_match m where m.account_id = e.account_id and m.version = e.version),
            exists (select from ledger.external_line l where l.account_id = e.account_id and l.version = e.version and l.status <> 'missing_in_statement')
        from chosen join ledger.event e using (account_id, version) join ledger.account a using (account_id)
        """;

    /// <summary>Which line names which posting. Lines that wait take part where all is equal.</summary>
    public const string AddEdges = """
        insert into recon_edge
        select distinct l.ord, p.account_id, p.version, l.currency = p.currency, l.currency = p.currency and l.amount_minor = p.amount_minor, p.taken
        from (select ord, currency, amount_minor, unnest(ids) as id from recon_line where ids is not null) l
        join (
            select account_id, version, amount_minor, currency, taken, command_id as id from recon_posting
            union all
            select account_id, version, amount_minor, currency, taken, transaction_id from recon_posting where transaction_id is not null) p using (id)
        where l.ord > 0 or (l.currency = p.currency and l.amount_minor = p.amount_minor)
        """;

    /// <summary>
    /// Reference, amount and currency: lines in order, each takes the first posting that is free. A round settles every line that is the first to want
    /// the first that it wants; rounds go on until one settles nothing.
    /// </summary>
    public const string MatchExactly = """
        with free as materialized (
            select e.ord, e.account_id, e.version from recon_edge e
            where e.exact and not e.taken
                and not exists (select from recon_match m where m.ord = e.ord)
                and not exists (select from recon_match m where m.account_id = e.account_id and m.version = e.version)),
        wanted as (select distinct on (ord) ord, account_id, version from free order by ord, account_id, version),
        first as (select account_id, version, min(ord) as ord from free group by account_id, version)
        insert into recon_match select ord, account_id, version, 'exact' from wanted join first using (ord, account_id, version)
        """;

    /// <summary>What is wrong with lines that repeat another or name a posting that is not theirs.</summary>
    public const string FindDifferences = """
        with lines as (
            select ord, reference <> '' and row_number() over (partition by reference, amount_minor, currency order by ord) > 1 as repeated
            from recon_line where ord > 0),
        named as (
            select distinct on (ord) ord, account_id, version,
                case when exact then 'duplicate_line' when same_currency then 'amount_differs' else 'currency_differs' end as status
            from recon_edge where ord > 0
            order by ord, exact desc, same_currency desc, account_id, version)
        insert into recon_finding
        select l.ord, case when l.repeated then 'duplicate_line' else n.status end, n.account_id, n.version
        from lines l left join named n using (ord)
        where (l.repeated or n.ord is not null) and not exists (select from recon_match m where m.ord = l.ord)
        """;

    /// <summary>The postings that a line speaks of which has not got what it names: they are in its break already.</summary>
    public const string FindSpokenOf = """
        insert into recon_spoken
        select distinct e.account_id, e.version from recon_edge e where e.ord > 0 and not exists (select from recon_match m where m.ord = e.ord)
        """;

    /// <summary>
    /// Amount and currency, at most $1 days apart, where the line has no other posting and the posting no other line. Counted by groups of equal
    /// amount and day: a file of equal amounts costs its days, not its pairs.
    /// </summary>
    public const string MatchByAmount = """
        with lines as (
            select l.amount_minor, l.currency, l.booked_on as day, count(*) as n, min(l.ord) as ord from recon_line l
            where l.ord > 0
                and not exists (select from recon_match m where m.ord = l.ord)
                and not exists (select from recon_finding f where f.ord = l.ord)
            group by l.amount_minor, l.currency, l.booked_on),
        postings as (
            select p.amount_minor, p.currency, p.day, count(*) as n, min(p.account_id) as account_id, min(p.version) as version from recon_posting p
            where not p.taken and not p.named
                and not exists (select from recon_match m where m.account_id = p.account_id and m.version = p.version)
                and not exists (select from recon_spoken s where s.account_id = p.account_id and s.version = p.version)
            group by p.amount_minor, p.currency, p.day),
        pairs as (
            select l.ord, p.account_id, p.version,
                sum(p.n) over (partition by l.amount_minor, l.currency, l.day) as postings,
                sum(l.n) over (partition by p.amount_minor, p.currency, p.day) as lines
            from lines l join postings p
                on p.amount_minor = l.amount_minor and p.currency = l.currency and p.day between l.day - $1::int and l.day + $1::int)
        insert into recon_match select ord, account_id, version, 'by_amount' from pairs where postings = 1 and lines = 1
        """;

    /// <summary>Keeps the lines of statement $1.</summary>
    public const string KeepLines = """
        insert into ledger.external_line (statement_id, line, amount_minor, booked_on, currency, reference, text, ids, status, account_id, version)
        select $1, l.ord, l.amount_minor, l.booked_on, l.currency, l.reference, l.text, l.ids,
            case when m.ord is not null then 'matched' else coalesce(f.status, 'missing_in_ledger') end, f.account_id, f.version
        from recon_line l left join recon_match m using (ord) left join recon_finding f using (ord)
        where l.ord > 0
        """;

    /// <summary>Keeps the matches of statement $1, and of lines that waited, made at $2.</summary>
    public const string KeepMatches = """
        insert into ledger.external_match (statement_id, line, account_id, version, rule, matched_at)
        select coalesce(l.statement_id, $1), coalesce(l.line, l.ord), m.account_id, m.version, m.rule, $2
        from recon_match m join recon_line l using (ord)
        """;

    /// <summary>Keeps what statement $1 lacks of the postings in currency $2 from day $3 to $4, numbered after line $5.</summary>
    public const string KeepMissing = """
        insert into ledger.external_line (statement_id, line, amount_minor, booked_on, currency, reference, status, account_id, version)
        select $1, ($5 + row_number() over (order by p.day, p.account_id, p.version))::int, p.amount_minor, p.day, p.currency,
            coalesce(p.transaction_id, p.command_id)::text, 'missing_in_statement', p.account_id, p.version
        from recon_posting p
        where p.currency = $2 and p.day between $3 and $4 and not p.taken
            and not exists (select from recon_match m where m.account_id = p.account_id and m.version = p.version)
            and not exists (select from recon_spoken s where s.account_id = p.account_id and s.version = p.version)
        """;
}
