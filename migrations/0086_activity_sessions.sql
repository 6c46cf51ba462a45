-- Sessions of visitors, one row each, and who was erased. What is personal of activity is in activity.session alone.
--
-- A session is stored while it goes on, and changes until it is final; no index has a column that changes with each event. A session that turns out to be a part of another is deleted.
create table activity.session (
    session_id  uuid        primary key,
    visitor_id  text        collate "C" not null,
    customer_id text        collate "C",
    started_at  timestamptz not null,
    ended_at    timestamptz not null,
    is_final    boolean     not null,
    events      integer     not null,
    views       integer     not null,
    clicks      integer     not null,
    entry_page  text,
    exit_page   text,
    referrer    text,
    device      text
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

comment on column activity.session.customer_id is 'the customer, once known: the latest that was seen in the session';
comment on column activity.session.is_final is 'no event can change it any more';

create index session_visitor on activity.session (visitor_id, started_at desc, session_id desc);
create index session_customer on activity.session (customer_id, started_at desc, session_id desc) where customer_id is not null;
create index session_started on activity.session (started_at desc, session_id desc);

-- Who asked for what to be forgotten, and what keeps a session from being stored again that a lane had under way meanwhile. The ids themselves are not here: their hashes tell whether
-- somebody who is named was erased, and name nobody.
create table activity.erasure (
    erasure_id    uuid        primary key,
    at            timestamptz not null,
    actor         text        collate "C" not null check (char_length(actor) between 1 and 64),
    visitor_hash  bytea       check (octet_length(visitor_hash) = 32),
    customer_hash bytea       check (octet_length(customer_hash) = 32),
    sessions      bigint      not null check (sessions >= 0),
    check (visitor_hash is not null or customer_hash is not null)
);

comment on table activity.erasure is 'append-only, but for what has been kept long enough';
comment on column activity.erasure.visitor_hash is 'SHA-256 of the visitor''s id; null where a customer had no visitor';
comment on column activity.erasure.customer_hash is 'SHA-256 of the customer''s id, where that is who was erased';
comment on column activity.erasure.sessions is 'how many sessions went';

create index erasure_visitor on activity.erasure (visitor_hash, at) where visitor_hash is not null;
create index erasure_customer on activity.erasure (customer_hash, at) where customer_hash is not null;
create index erasure_at on activity.erasure (at desc, erasure_id desc);

create or replace function activity.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create function activity.refuse_early_end() returns trigger language plpgsql as $$
begin
    if old.at > now() - interval '30 days' then
        raise exception '% is kept for thirty days at least', tg_table_name using errcode = 'restrict_violation';
    end if;
    return old;
end
$$;

create trigger append_only before update or truncate on activity.erasure for each statement execute function activity.refuse_change();
create trigger kept before delete on activity.erasure for each row execute function activity.refuse_early_end();
