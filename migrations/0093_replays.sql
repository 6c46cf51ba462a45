-- Replays: a bounded range of a topic is read again and copied into a topic of its own, or folded into tables of its own, beside what is live. A replay is a row that a
-- process takes, keeps under a lease while it works, and says with each checkpoint how far it is; what a dead process leaves is gone on with by any other. Each claim
-- raises the epoch: what is said under an older one changes nothing.
create table messaging.replay (
    number           bigint      generated always as identity primary key,
    epoch            bigint      not null default 0,
    requested_at     timestamptz not null,
    started_at       timestamptz,
    progress_at      timestamptz,
    ended_at         timestamptz,
    expires_at       timestamptz,
    dropped_at       timestamptz,
    lease_until      timestamptz,
    rate             double precision,
    id               uuid        not null unique,
    lease_owner      uuid,
    attempts         smallint    not null default 0 check (attempts >= 0),
    cancel_requested boolean     not null default false,
    pause_requested  boolean     not null default false,
    dry_run          boolean     not null,
    state            text        collate "C" not null default 'queued' check (state in ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')),
    target_kind      text        collate "C" not null check (target_kind in ('topic', 'projection')),
    target           text        collate "C" not null,
    idempotency_key  text        collate "C" unique,
    cluster_id       text,
    requested_by     text        not null check (requested_by <> ''),
    reason           text        not null check (reason <> ''),
    error            text,
    request_hash     bytea       not null,
    request          jsonb       not null,
    plan             jsonb,
    failure          jsonb,
    constraint lease_while_running check ((state = 'running') = (lease_owner is not null) and (lease_owner is null) = (lease_until is null)),
    constraint ended_has_its_time check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
    constraint failed_says_why check ((state = 'failed') = (failure is not null))
);

comment on column messaging.replay.number is 'in the order of the requests, which is that of the work';
comment on column messaging.replay.epoch is 'raised with each claim; fences whoever had it before';
comment on column messaging.replay.attempts is 'how many times it was begun since it last got on';
comment on column messaging.replay.target is 'the topic, or the name of the projection';
comment on column messaging.replay.cluster_id is 'whose offsets its bounds are';
comment on column messaging.replay.error is 'why it does not get on at present; it is tried again';
comment on column messaging.replay.expires_at is 'when what it has made is dropped';

create index replay_open on messaging.replay (number) where state in ('queued', 'running');
create index replay_expires on messaging.replay (expires_at) where ended_at is not null and dropped_at is null and expires_at is not null;
create index replay_ended on messaging.replay (ended_at) where ended_at is not null;

-- One at a time makes anything of a target. Dry runs make nothing.
create unique index replay_one_a_target on messaging.replay (target_kind, target) where state in ('queued', 'running', 'paused') and not dry_run;

-- How far a replay is in each partition. Bounds are settled when it begins and stay, whatever is published meanwhile.
create table messaging.replay_partition (
    number     bigint  not null references messaging.replay on delete cascade,
    first      bigint  not null,
    "end"      bigint  not null,
    position   bigint  not null,
    taken      bigint  not null default 0,
    bytes      bigint  not null default 0,
    deleted    bigint  not null default 0,
    clock_ms   bigint  not null default 0,
    mark       bigint  not null default 0,
    partition  integer not null,
    primary key (number, partition),
    constraint within check (first <= "end" and position between first and "end" and taken >= 0 and deleted >= 0)
);

comment on column messaging.replay_partition."end" is 'the offset behind the last message';
comment on column messaging.replay_partition.position is 'the next offset to read; everything before it has taken effect, or is none of the replay''s';
comment on column messaging.replay_partition.taken is 'messages that the filter took; in a topic, so many copies stand in the partition';
comment on column messaging.replay_partition.deleted is 'offsets of the range that retention had deleted before they were read';
comment on column messaging.replay_partition.clock_ms is 'the latest time of a message up to the position; partitions are merged by it';
comment on column messaging.replay_partition.mark is 'what the target itself remembers: of a projection, the number of the last event that was folded of the lane';

-- Who did what, when, and why. It stays when the replay is forgotten.
create table messaging.replay_audit (
    audit_id  bigint      generated always as identity primary key,
    at        timestamptz not null,
    replay_id uuid        not null,
    action    text        collate "C" not null check (action in ('start', 'plan', 'pause', 'resume', 'cancel', 'drop', 'end')),
    actor     text        not null check (actor <> ''),
    reason    text
);

create index replay_audit_replay on messaging.replay_audit (replay_id, audit_id);
