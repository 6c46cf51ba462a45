-- Segments: what they are, who is in them, how that has changed, and the work that a change of a definition makes.
--
-- Why it looks the way it does:
-- * A version of a definition never changes, so whatever it has decided can be read for ever. The latest one counts.
-- * Every change of a definition is the next number of one clock, under its row's lock: whoever knows the number knows everything, and asks for one short row.
-- * Who is in a segment is a table of its own, by segment, so that a list of them is a walk over an index.
-- * A change of a definition concerns customers with whom nothing happens. A row says how far they have been told to look again; a process that works on it holds a lease.
create table activity.segment_clock (
    version bigint  not null,
    one     boolean not null primary key default true check (one)
);

create table activity.segment_version (
    defined_at  timestamptz not null,
    clock       bigint      not null,
    version     integer     not null check (version > 0),
    active      boolean     not null,
    name        text        collate "C" not null check (name ~ '^[a-z0-9][a-z0-9_-]{0,63}$' and name not in ('preview', 'backfills', 'fields')),
    description text        not null,
    author      text        not null check (author <> ''),
    remote      text        not null,
    reason      text        not null,
    condition   json        not null,
    primary key (name, version)
);

comment on column activity.segment_version.active is 'false: nobody is in it';
comment on column activity.segment_version.clock is 'of the clock, when it was defined';

create function activity.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on activity.segment_version
    for each statement execute function activity.refuse_change();

create table activity.segment_member (
    since       timestamptz not null,
    version     integer     not null,
    segment     text        collate "C" not null,
    customer_id text        collate "C" not null,
    primary key (segment, customer_id)
);

comment on column activity.segment_member.version is 'of the definition by which the customer came in';

create index segment_member_customer on activity.segment_member (customer_id);

create table activity.segment_change (
    at          timestamptz not null,
    sequence    bigint      not null check (sequence > 0),
    version     integer     not null,
    entered     boolean     not null,
    customer_id text        collate "C" not null,
    segment     text        collate "C" not null,
    cause       text        not null,
    primary key (customer_id, sequence)
);

comment on table activity.segment_change is 'the latest 200 of each customer';

create table activity.segment_backfill (
    number       bigint      generated always as identity primary key,
    clock        bigint      not null,
    requested_at timestamptz not null,
    started_at   timestamptz,
    ended_at     timestamptz,
    lease_until  timestamptz,
    lease_owner  uuid,
    customers    bigint,
    published    bigint      not null default 0 check (published >= 0),
    version      integer     not null,
    pass         smallint    not null default 1,
    state        text        collate "C" not null default 'queued' check (state in ('queued', 'running', 'done', 'superseded')),
    segment      text        collate "C" not null,
    after        text        collate "C" not null default '',
    constraint ended_has_its_time check ((state in ('done', 'superseded')) = (ended_at is not null)),
    constraint lease_while_running check (state = 'running' or lease_owner is null)
);

comment on column activity.segment_backfill.customers is 'who was to be told when it began';
comment on column activity.segment_backfill.after is 'the last customer who was told in this pass';
comment on column activity.segment_backfill.state is 'superseded: a later change has its customers look again anyhow';

create index segment_backfill_open on activity.segment_backfill (number) where state in ('queued', 'running');

insert into activity.segment_clock (version) values (1);

insert into activity.segment_version (name, version, active, description, author, remote, reason, clock, defined_at, condition) values
    ('new', 1, true, 'Customers of less than 30 days.', 'the product', '', 'built in', 1, now(),
     '{"field":"customer_age_days","op":"lt","value":30}'),
    ('high_value', 1, true, 'Customers who have sent 10,000.00 EUR or more within 30 days.', 'the product', '', 'built in', 1, now(),
     '{"field":"spent_minor_30d","currency":"EUR","op":"ge","value":1000000}'),
    ('lapsing', 1, true, 'Customers who have sent nothing for 30 days, but did within 90.', 'the product', '', 'built in', 1, now(),
     '{"all":[{"field":"days_since_last_transaction","op":"ge","value":30},{"field":"days_since_last_transaction","op":"lt","value":90}]}'),
    ('at_risk', 1, true, 'Customers who have paid 5 times or more within 90 days, and neither paid nor came for the last 14.', 'the product', '', 'built in', 1, now(),
     '{"all":[{"field":"transactions_90d","op":"ge","value":5},{"field":"days_since_last_transaction","op":"ge","value":14},{"not":{"field":"days_since_last_seen","op":"lt","value":14}}]}');
