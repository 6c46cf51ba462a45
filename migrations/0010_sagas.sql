-- Sagas: where every transaction stands, one row each, kept after its end because people ask what became of it.
--
-- A lane (one partition of the group sagas) is the only writer of a row, reads it by its key alone and writes hundreds at once; the version
-- guards against everything else. Nothing but the key is indexed, and pages keep room, so that updates stay on their page
-- (HOT) and cost does not grow with the table.
--
-- The tally counts transactions by state in the same transaction that moves them, so totals are exact, survive restarts and are read without
-- counting rows. A row a partition and state: lanes never wait for each other.
create schema sagas;

create table sagas.transaction (
    transaction_id         uuid        primary key,
    version                integer     not null,
    state                  text        not null,
    source_account_id      text        not null,
    destination_account_id text,
    amount_minor           bigint,
    currency               text,
    kind                   text,
    verdict                text,
    score                  integer,
    findings               text,
    cancel_requested       boolean     not null,
    cancel_reason          text,
    hold_id                uuid,
    ending                 text,
    reason                 text,
    submitted_at           timestamptz,
    step_at                timestamptz not null,
    repeats                integer     not null,
    deadline_at            timestamptz,
    timer_token            uuid,
    timer_due_at           timestamptz,
    updated_at             timestamptz not null,
    ended_at               timestamptz,
    timeline               jsonb       not null
) with (fillfactor = 70);

create table sagas.tally (
    partition integer not null,
    state     text    not null,
    count     bigint  not null,
    primary key (partition, state)
) with (fillfactor = 50);
