-- Why: what the lanes need to take every message exactly once: who owns which lane, how far it has read, what it has yet to publish,
-- which ids it has seen, which timers run and which messages are parked. All of it is written in the same transaction as the effects.

create schema messaging;

create table messaging.lane_group (
    group_id   smallint generated always as identity primary key,
    name       text not null unique
);

-- A member is a process that takes lanes of a group. It is alive while its session holds the advisory lock (group_id, lock_key)
-- and its heartbeat is fresh: a killed process is noticed at once, a cut-off one after the lease.
create table messaging.member (
    group_id   smallint not null references messaging.lane_group,
    member_id  uuid not null,
    lock_key   integer not null,
    host       text not null,
    seen_at    timestamptz not null,
    primary key (group_id, member_id)
);

-- One row a lane. The epoch rises with every change of owner and fences the former one; positions are the next offsets to read, by topic.
create table messaging.lane (
    group_id   smallint not null references messaging.lane_group,
    partition  integer not null,
    owner      uuid,
    epoch      bigint not null default 0,
    positions  jsonb not null default '{}',
    outbox_seq bigint not null default 0,
    primary key (group_id, partition)
) with (fillfactor = 10);

-- One row a committed unit of work: all that it publishes, packed, in order. Rows go when the broker has acknowledged them.
create table messaging.outbox (
    group_id   smallint not null,
    partition  integer not null,
    seq        bigint not null,
    messages   integer not null,
    payload    bytea not null,
    created_at timestamptz not null default now(),
    primary key (group_id, partition, seq)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000);
-- A unit's messages repeat each other, so they are compressed, quickly: half of what the service writes is this. A server that was built
-- without lz4 keeps them as they are, for its other method costs more than it saves.
do $$
begin
    alter table messaging.outbox alter column payload set compression lz4;
exception when feature_not_supported then
    alter table messaging.outbox alter column payload set storage external;
end
$$;

-- What requests over HTTP publish. They belong to no lane: any process may publish what a dead one left.
create table messaging.edge_outbox (
    id         uuid primary key,
    payload    bytea not null,
    created_at timestamptz not null default now()
);

-- The ids that took effect, by group. A second message with the same id is dropped. Pruned by age.
create table messaging.inbox (
    group_id   smallint not null,
    message_id uuid not null,
    seen_at    timestamptz not null default now(),
    primary key (group_id, message_id)
);
create index inbox_seen_at on messaging.inbox using brin (seen_at) with (pages_per_range = 32);

create table messaging.timer (
    timer_id   uuid primary key,
    group_id   smallint not null,
    partition  integer not null,
    due_at     timestamptz not null,
    payload    bytea not null
);
create index timer_due on messaging.timer (group_id, partition, due_at);

-- A message that cannot be taken. 'refused': no retry can mend it, its key flows on. 'failed': it raised an error, its key waits.
-- 'queued': a later message of a failed one's key, in its turn.
create table messaging.parked (
    parked_id           bigint generated always as identity primary key,
    group_id            smallint not null references messaging.lane_group,
    partition           integer not null,
    status              text not null check (status in ('refused', 'failed', 'queued')),
    topic               text not null,
    position            bigint not null,
    message_key         text not null,
    message_id          uuid,
    message_type        text,
    raw                 bytea not null,
    error_code          text,
    exception_type      text,
    stack_hash          text,
    detail              text,
    attempts            integer not null default 0,
    timer               boolean not null default false,
    parked_at           timestamptz not null default now(),
    requested           text check (requested in ('redrive', 'discard')),
    requested_by        text,
    requested_at        timestamptz
);
create index parked_lane on messaging.parked (group_id, partition, message_key, parked_id);
create index parked_requested on messaging.parked (group_id, partition) where requested is not null;

create table messaging.parked_audit (
    audit_id   bigint generated always as identity primary key,
    parked_id  bigint not null,
    action     text not null,
    actor      text not null,
    outcome    text,
    at         timestamptz not null default now()
);

-- Which Kafka clusters were behind this database, and what was done when one was new or a position was gone.
create table messaging.cluster_event (
    event_id   bigint generated always as identity primary key,
    cluster_id text not null,
    kind       text not null check (kind in ('first', 'adopted', 'position_lost')),
    detail     text not null default '',
    at         timestamptz not null default now()
);
