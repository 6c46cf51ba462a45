-- What decisioning remembers of every source account: running statistics of amounts and the times of recent transactions.
-- Why one opaque column: a lane is the only writer and always reads and writes the whole of it, in batches of hundreds of accounts;
-- nothing ever searches inside. The first byte is the version of its shape (History/HistoryCodec.cs), so it can change without a rewrite.
create schema if not exists decisioning;

create table decisioning.account_histories (
    account_id text        primary key,
    state      bytea       not null,
    updated_at timestamptz not null
) with (fillfactor = 80); -- room on the page: every transaction updates its account's row
