-- Accounts as they were at some version, so that to fold one again does not mean to read all that ever happened to it.
--
-- Why it looks the way it does:
-- * A snapshot is a disposable cache: whoever deletes them all loses time and nothing else. So there is no trigger that keeps them and no foreign key.
-- * An account has one for every so many of its events, and keeps them: rows are only ever added, so there is no dead one to clean up, two processes that
--   take the same one meet at the primary key, and the account as of any version is a short fold away. At the default of 1,000 events each, they are a
--   thousandth of the rows of ledger.event.
-- * fold_version says which code folded it; a snapshot of other code is passed over, and one of later code takes its place.
-- * The ledger's own accounts are folded from the postings that name them as the other side. Those are found by the index below: without it each of their
--   tails would be a scan of all events. It holds a promise too: a version of the other side is made by one posting.
create table ledger.snapshot (
    version               bigint      not null check (version > 0),
    debits_pending_minor  bigint      not null check (debits_pending_minor >= 0),
    debits_posted_minor   bigint      not null check (debits_posted_minor >= 0),
    credits_pending_minor bigint      not null check (credits_pending_minor >= 0),
    credits_posted_minor  bigint      not null check (credits_posted_minor >= 0),
    spent_minor           bigint      not null check (spent_minor >= 0),
    taken_at              timestamptz not null,
    fold_version          integer     not null check (fold_version > 0),
    spent_on              date,
    status                smallint    not null check (status between 0 and 2),
    account_id            text        collate "C" not null,
    primary key (account_id, version)
);

comment on table ledger.snapshot is 'accounts folded up to a version; a cache, may be emptied at any time';
comment on column ledger.snapshot.fold_version is 'the version of the code that folded it';

create unique index event_contra on ledger.event (contra_account_id, contra_version) where contra_account_id is not null;
