-- Backtests that were asked for over HTTP: what was asked, how far it is, and what came out. They take from seconds to hours, so a row is a job: a process takes the
-- first that waits, keeps a lease on it while it works, and says with each renewal how far it is. What a dead process leaves is taken up again from its beginning; what
-- has been begun three times and never ended has failed, for it may be what kills processes.
create table decisioning.backtest (
    number           bigint      generated always as identity primary key,
    requested_at     timestamptz not null,
    started_at       timestamptz,
    ended_at         timestamptz,
    lease_until      timestamptz,
    id               uuid        not null unique,
    lease_owner      uuid,
    attempts         smallint    not null default 0 check (attempts >= 0),
    cancel_requested boolean     not null default false,
    state            text        collate "C" not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
    idempotency_key  text        collate "C" unique,
    requested_by     text        not null,
    request_hash     bytea       not null,
    request          jsonb       not null,
    progress         jsonb,
    result           jsonb,
    failure          jsonb,
    constraint lease_while_running check ((state = 'running') = (lease_owner is not null) and (lease_owner is null) = (lease_until is null)),
    constraint ended_has_its_time check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
    constraint done_has_its_result check ((state = 'done') = (result is not null)),
    constraint failed_says_why check ((state = 'failed') = (failure is not null))
);

comment on column decisioning.backtest.number is 'in the order of the requests, which is that of the work';
comment on column decisioning.backtest.request_hash is 'SHA-256 of the request, so that an id or a key that comes again is known to stand for the same';
comment on column decisioning.backtest.attempts is 'how many times it was begun';

create index backtest_open on decisioning.backtest (number) where state in ('queued', 'running');
create index backtest_ended on decisioning.backtest (ended_at) where ended_at is not null;
