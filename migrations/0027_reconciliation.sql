-- Reconciliation: what the bank says of a settlement account, line by line, beside what the ledger has posted against its settlement accounts.
--
-- Why it looks the way it does:
-- * A statement is its bytes: the same file again is the same row, whoever imports it and whenever.
-- * A line keeps for ever what was found when it was imported. A break ends by a row that comes later: a match or a resolution. Nothing is edited.
-- * A posting that the statement lacks is a line too, numbered after the last of the file: so it is listed, paged and resolved like the rest.
-- * A million lines are written at once, together with their statement. Foreign keys would look each of them up again, so only resolutions have one.

create table ledger.external_statement (
    imported_at  timestamptz not null,
    statement_id uuid        not null primary key,
    from_on      date        not null,
    to_on        date        not null,
    lines        integer     not null check (lines >= 0),
    skipped      integer     not null check (skipped >= 0),
    days         smallint    not null check (days between 0 and 10),
    sha256       bytea       not null unique check (octet_length(sha256) = 32),
    format       text        not null check (format in ('csv', 'camt053')),
    currency     text        not null check (currency ~ '^[A-Z]{3}$'),
    name         text        not null,
    imported_by  text        not null,
    skipped_rows jsonb       not null,
    check (from_on <= to_on)
);

comment on column ledger.external_statement.days is 'how many days apart a line and a posting may be where they match by amount alone';
comment on column ledger.external_statement.skipped_rows is 'the first of the rows that could not be read: line, code, field, detail';

create table ledger.external_line (
    amount_minor bigint  not null,
    version      bigint,
    statement_id uuid    not null,
    line         integer not null check (line > 0),
    booked_on    date    not null,
    currency     text    not null check (currency ~ '^[A-Z]{3}$'),
    status       text    not null check (status in
        ('matched', 'amount_differs', 'currency_differs', 'duplicate_line', 'missing_in_ledger', 'missing_in_statement')),
    reference    text    not null,
    text         text,
    account_id   text    collate "C",
    ids          uuid[],
    primary key (statement_id, line),
    constraint posting_named check ((account_id is null) = (version is null)),
    constraint posting_known check (status not in ('amount_differs', 'currency_differs', 'missing_in_statement') or account_id is not null)
);

comment on column ledger.external_line.amount_minor is 'as the house sees it: above zero came in, below zero went out';
comment on column ledger.external_line.line is 'the line of a CSV, the entry of a camt.053, both from 1; what the statement lacks comes after the last';
comment on column ledger.external_line.status is 'what was found at the import; whether it is still open: ledger.external_line_state';
comment on column ledger.external_line.account_id is 'with version: the posting that a break is about, where one is known; of what is matched see external_match';
comment on column ledger.external_line.ids is 'the UUIDs in the reference';

-- Which postings a break is about, and which lines wait for a posting that comes later.
create index external_line_posting on ledger.external_line (account_id, version) where account_id is not null;
create index external_line_break on ledger.external_line (statement_id, line) where status <> 'matched';
create index external_line_waiting on ledger.external_line (statement_id, line) where status = 'missing_in_ledger' and ids is not null;

create table ledger.external_match (
    matched_at   timestamptz not null,
    version      bigint      not null,
    statement_id uuid        not null,
    line         integer     not null,
    rule         text        not null check (rule in ('exact', 'by_amount', 'by_hand', 'accepted')),
    account_id   text        collate "C" not null,
    primary key (statement_id, line),
    -- A posting is matched once over all statements.
    unique (account_id, version)
);

comment on column ledger.external_match.matched_at is 'of the import or the resolution that made it';

create table ledger.external_resolution (
    resolved_at  timestamptz not null,
    version      bigint,
    statement_id uuid        not null,
    line         integer     not null,
    resolved_by  text        not null,
    reason       text        not null,
    account_id   text        collate "C",
    primary key (statement_id, line),
    foreign key (statement_id, line) references ledger.external_line (statement_id, line),
    check ((account_id is null) = (version is null))
);

comment on table ledger.external_resolution is 'what a person decided about a break: matched by hand where a posting is named, accepted as it is where none is';

create view ledger.external_line_state as
select l.statement_id, l.line, l.status, l.reference, l.amount_minor, l.currency, l.booked_on, l.text, l.account_id, l.version,
    m.rule, m.account_id as matched_account_id, m.version as matched_version,
    r.resolved_at, r.resolved_by, r.reason,
    l.status <> 'matched' and m.rule is null and r.reason is null and found.rule is null as open
from ledger.external_line l
left join ledger.external_match m on m.statement_id = l.statement_id and m.line = l.line
left join ledger.external_resolution r on r.statement_id = l.statement_id and r.line = l.line
-- What one statement lacked may be in another.
left join ledger.external_match found
    on l.status = 'missing_in_statement' and found.account_id = l.account_id and found.version = l.version;

create trigger append_only before update or delete or truncate on ledger.external_statement
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.external_line
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.external_match
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.external_resolution
    for each statement execute function ledger.refuse_change();

-- Postings against settlement are few among all: transfers are looked at by these indexes and left out.
create index event_settlement on ledger.event (effective_at)
    where contra_account_id >= 'settlement:' and contra_account_id < 'settlement;';
create index event_settlement_transaction on ledger.event (transaction_id)
    where contra_account_id >= 'settlement:' and contra_account_id < 'settlement;' and transaction_id is not null;
