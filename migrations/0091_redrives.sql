-- Parked messages are taken again at a rate, now or at a time that somebody has named, and how far it has come survives whoever was at it.
--
-- Why it looks the way it does:
-- * There is no owner and no lease. A step locks the row, asks for the next few messages, says where it has come to and when the next step is due, and commits:
--   whichever process comes next goes on, and one that is killed within a step has done nothing.
-- * A redrive goes through the messages in the order of their ids up to the last one that was there when it began, so each is asked for once and it has an end.
-- * What became of each message stands in the audit, under the redrive's id; a count of it is never kept beside it.

create table messaging.redrive (
    redrive_id     uuid        primary key,
    number         bigint      generated always as identity unique,
    state          text        not null default 'scheduled' check (state in ('scheduled', 'running', 'done', 'cancelled')),
    asked          bytea       not null,
    which          jsonb       not null,
    reason         text        not null check (reason <> ''),
    rate           integer     not null check (rate between 1 and 1000),
    actor          text        not null check (actor <> ''),
    asked_at       timestamptz not null,
    at             timestamptz not null,
    next_at        timestamptz not null,
    started_at     timestamptz,
    ended_at       timestamptz,
    cancelled_by   text,
    up_to          bigint,
    last_parked_id bigint      not null default 0,
    total          bigint,
    requested      bigint      not null default 0,
    constraint ended_has_time check ((state in ('done', 'cancelled')) = (ended_at is not null)),
    constraint begun_has_bounds check (state <> 'running' or (started_at is not null and up_to is not null and total is not null)),
    constraint cancelled_by_somebody check ((state = 'cancelled') = (cancelled_by is not null))
);
comment on column messaging.redrive.rate is 'messages a second, what waits behind them counted with them';
comment on column messaging.redrive.last_parked_id is 'all that matches up to here was asked for';

create index redrive_due on messaging.redrive (next_at) where state in ('scheduled', 'running');

create index parked_redrive on messaging.parked (redrive_id) where redrive_id is not null;

alter table messaging.parked_audit add column redrive_id uuid;
create index parked_audit_redrive on messaging.parked_audit (redrive_id) where redrive_id is not null;
create index parked_audit_of on messaging.parked_audit (parked_id, audit_id);
