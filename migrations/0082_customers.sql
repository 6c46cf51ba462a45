-- What is known about customers: whose an account is, and one row a customer from which segments follow. The lanes of customer-facts and segments write it, nobody else.
--
-- Why it looks the way it does:
-- * A lane is the only writer of its keys, so rows are read once and written whole; `version` tells it when somebody has taken a row away all the same (a customer is erased).
-- * What a customer did is in one JSON text: only the lane computes with it, and a table of days would make ninety rows of one. It is bounded, whatever the customer does.
-- * A payment may be heard of before its account's owner is. It waits in the row of its account, and goes out when the owner is known.
create schema if not exists activity;

create table activity.account_owner (
    known_at    timestamptz not null,
    account_id  text        collate "C" not null primary key,
    customer_id text        collate "C" not null
);

comment on column activity.account_owner.customer_id is 'the first that was said, for ever: an account does not change hands';

create index account_owner_customer on activity.account_owner (customer_id);

create table activity.account_waiting (
    changed_at timestamptz not null,
    dropped    integer     not null default 0 check (dropped >= 0),
    account_id text        collate "C" not null primary key,
    facts      json        not null
);

comment on table activity.account_waiting is 'what has happened on accounts whose owners are not known yet';
comment on column activity.account_waiting.dropped is 'how many had to make room: a row holds a hundred';

create index account_waiting_changed on activity.account_waiting using brin (changed_at);

create table activity.customer (
    changed_at  timestamptz not null,
    next_due    timestamptz,
    timer_due   timestamptz,
    version     bigint      not null check (version > 0),
    definitions bigint      not null,
    sequence    bigint      not null default 0 check (sequence >= 0),
    customer_id text        collate "C" not null primary key,
    state       json        not null
) with (fillfactor = 70);

comment on column activity.customer.next_due is 'when a segment may change though nothing happens; null when none can';
comment on column activity.customer.timer_due is 'when the lane looks at the customer again: at next_due or before';
comment on column activity.customer.definitions is 'of the clock of segments: by which definitions the segments were worked out';
comment on column activity.customer.sequence is 'of the latest change of a segment';
