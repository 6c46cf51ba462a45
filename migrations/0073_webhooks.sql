-- Webhooks: who wants to hear of cases over HTTP, and what has been delivered to them.
--
-- A delivery is written in the transaction of the event that it is about, by a trigger, so it is there exactly when that has happened, whoever wrote it. Whoever delivers takes
-- due ones for a time, skipping what others have taken, and settles only what it still has. Secrets are stored encrypted, with a key that is not in the database.
create table casework.webhook (
    webhook_id      uuid        primary key,
    url             text        not null,
    kinds           text[]      not null check (cardinality(kinds) > 0),
    description     text,
    state           text        not null default 'enabled' check (state in ('enabled', 'disabled')),
    disabled_reason text,
    secret          bytea       not null,
    previous_secret bytea,
    previous_until  timestamptz,
    failing_since   timestamptz,
    created_by      text        not null check (created_by <> ''),
    created_at      timestamptz not null
);

create table casework.webhook_delivery (
    delivery_id uuid        primary key default gen_random_uuid(),
    webhook_id  uuid        not null references casework.webhook on delete cascade,
    kind        text        collate "C" not null,
    body        text        not null,
    state       text        not null check (state in ('pending', 'delivered', 'given_up')),
    attempts    integer     not null default 0,
    created_at  timestamptz not null,
    next_at     timestamptz not null, -- when it is due; ahead while somebody delivers it
    ended_at    timestamptz
) with (fillfactor = 80);

create index webhook_delivery_due on casework.webhook_delivery (webhook_id, next_at) where state = 'pending';
create index webhook_delivery_time on casework.webhook_delivery (webhook_id, created_at desc, delivery_id desc);
create index webhook_delivery_waiting on casework.webhook_delivery (next_at) where state = 'pending';
create index webhook_delivery_ended on casework.webhook_delivery (ended_at) where state <> 'pending';

create table casework.webhook_attempt (
    delivery_id uuid        not null references casework.webhook_delivery on delete cascade,
    attempt     integer     not null,
    at          timestamptz not null,
    status      smallint,
    duration_ms integer     not null,
    answer      text,
    error       text,
    primary key (delivery_id, attempt)
);

-- One that is being taken away at this moment is waited for, and is not there then.
create function casework.deliver() returns trigger language plpgsql as $$
begin
    insert into casework.webhook_delivery (webhook_id, kind, body, state, created_at, next_at)
    select w.webhook_id, e.kind, jsonb_build_object('type', e.kind, 'timestamp', casework.instant(e.at), 'data', e.body)::text, 'pending', e.at, e.at
    from fresh e join casework.webhook w on w.state = 'enabled' and e.kind = any(w.kinds) order by e.seq for key share of w;
    return null;
end
$$;

create trigger deliver after insert on casework.event referencing new table as fresh for each statement execute function casework.deliver();
