-- What lanes of activity have counted, as they hand it over: rows with whole values, so that storing them twice changes nothing. Figures of a site are the sums over its lanes.
--
-- Each lane has one writer at a time. Whoever opens a lane claims it by raising its number of openings, and writes only while that number is still the one that it claimed. Nothing
-- here tells one visitor from another: it stays when a visitor is erased.
create schema if not exists activity;

create table activity.lane (
    lane     integer     primary key check (lane >= 0),
    opening  bigint      not null check (opening > 0),
    position bigint      not null default 0,
    at       timestamptz,
    live     jsonb
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000);

comment on table activity.lane is 'one row a partition of user-activity';
comment on column activity.lane.opening is 'how often the lane was claimed; whoever claimed it last writes';
comment on column activity.lane.position is 'the offset behind the last message that is in what is stored';
comment on column activity.lane.at is 'when the lane handed over what is stored';
comment on column activity.lane.live is 'what the lane shows of the last half hour';

-- Minutes become hours when they are old: the row of the first minute then holds its hour.
create table activity.minute (
    minute       timestamptz not null,
    lane         integer     not null,
    events       bigint      not null,
    views        bigint      not null,
    clicks       bigint      not null,
    pings        bigint      not null,
    customs      bigint      not null,
    sessions     bigint      not null,
    new_visitors bigint      not null,
    primary key (minute, lane)
) with (fillfactor = 80);

comment on table activity.minute is 'events by minute of event time; an hour in the row of its first minute, once it is old';
comment on column activity.minute.sessions is 'sessions that began in it';
comment on column activity.minute.new_visitors is 'visitors whose first event is in it';

-- Hours become days when they are old, likewise.
create table activity.breakdown (
    kind      smallint    not null check (kind between 1 and 3),
    hour      timestamptz not null,
    lane      integer     not null,
    key       text        collate "C" not null,
    views     bigint      not null,
    entrances bigint      not null,
    exits     bigint      not null,
    bounces   bigint      not null,
    primary key (kind, hour, lane, key)
) with (fillfactor = 80);

comment on table activity.breakdown is 'views by hour and page, referrer or device; a day in the rows of its first hour, once it is old';
comment on column activity.breakdown.kind is '1 page, 2 referrer, 3 device';
comment on column activity.breakdown.bounces is 'sessions that began with it and had no other view';

create table activity.session_hour (
    hour        timestamptz not null,
    lane        integer     not null,
    sessions    bigint      not null,
    bounces     bigint      not null,
    duration_ms bigint      not null,
    events      bigint      not null,
    views       bigint      not null,
    primary key (hour, lane)
) with (fillfactor = 80);

comment on table activity.session_hour is 'sessions by the hour in which they began';

create table activity.day (
    day          date    not null,
    lane         integer not null,
    visitors     bigint  not null,
    new_visitors bigint  not null,
    customers    bigint  not null,
    primary key (day, lane)
) with (fillfactor = 80);

comment on table activity.day is 'visitors of a day, each counted once';

create table activity.retention (
    cohort     date     not null,
    days_later smallint not null check (days_later between 0 and 63),
    lane       integer  not null,
    visitors   bigint   not null,
    primary key (cohort, days_later, lane)
) with (fillfactor = 80);

comment on table activity.retention is 'of the visitors whose first event is on a day, how many did anything so many days later';

create table activity.funnel (
    day      date     not null,
    lane     integer  not null,
    funnel   text     collate "C" not null,
    step     smallint not null check (step > 0),
    visitors bigint   not null,
    primary key (day, lane, funnel, step)
) with (fillfactor = 80);

comment on table activity.funnel is 'how many visitors came how far, by the day of their first step: each row has those who reached its step or a later one';
