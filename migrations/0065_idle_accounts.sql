-- Where the search for accounts on which nothing happens has come to: it goes through all accounts, a bounded step at a time, and begins anew at the end.
-- One row: whoever holds its lock searches, in whatever process.
create table ledger.idle_search (
    rounds   bigint      not null default 0,
    moved_at timestamptz not null default now(),
    after_id text        collate "C" not null default '',
    one      boolean     not null primary key default true check (one)
);

insert into ledger.idle_search default values;
