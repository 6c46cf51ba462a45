-- A hash chain a lane over ledger.event, so that a row which was changed, added or removed behind the service's back is found.
--
-- Why it looks the way it does (docs/adr/0009 has the reasons, docs/design/ledger.md the bytes that are hashed):
-- * The lane is the single writer of its events and decides them in order, so it seals them in the unit of work that writes them. One chain for all
--   lanes would make them wait for each other.
-- * Rows from before this migration have no chain. How many there are is kept, so that none can be slipped in among them.
-- * No index: what is written pays for nothing but its three columns; who verifies reads everything anyway, and sorts it.
-- * The head is one row a lane, updated in place (HOT) with every unit, and only by who knows it: two writers cannot fork a chain.

alter table ledger.event
    add column lane          smallint check (lane >= 0),
    add column lane_sequence bigint   check (lane_sequence > 0),
    add column hash          bytea    check (octet_length(hash) = 32),
    add constraint event_chained check (
        (lane is null) = (lane_sequence is null) and (lane is null) = (hash is null));

comment on column ledger.event.lane is 'whose chain the row belongs to; null for rows from before there were chains';
comment on column ledger.event.lane_sequence is '1, 2, 3, ... without a gap in each lane';
comment on column ledger.event.hash is 'SHA-256 of the hash before it and of this row''s canonical bytes (docs/design/ledger.md)';

create table ledger.chain (
    sequence bigint   not null check (sequence > 0),
    lane     smallint not null primary key check (lane >= 0),
    hash     bytea    not null check (octet_length(hash) = 32)
) with (fillfactor = 10);

comment on table ledger.chain is 'each lane''s head: the sequence and hash of its last event';

-- What all chains begin with: an id, so that one database's chain is not another's, and how many events there were before.
create table ledger.chain_origin (
    events_before bigint      not null check (events_before >= 0),
    began_at      timestamptz not null default now(),
    chain_id      uuid        not null default gen_random_uuid(),
    only_one      boolean     not null default true primary key check (only_one)
);
insert into ledger.chain_origin (events_before) select count(*) from ledger.event;

create trigger never_deleted before delete or truncate on ledger.chain
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.chain_origin
    for each statement execute function ledger.refuse_change();
