-- Recurring jobs: what each run did, which alerts jobs have raised, and when parked messages are to be taken again.
--
-- Hangfire decides when a job runs, in a schema of its own that it makes and changes itself. What a run did belongs to the product, so it stands here, for as long as people ask.
create schema jobs;

create table jobs.run (
    run_id     bigint      generated always as identity primary key,
    job_id     text        collate "C" not null,
    started_at timestamptz not null,
    ended_at   timestamptz not null,
    host       text        not null,
    asked_by   text,
    result     text,
    error      text,
    constraint one_of_them check ((result is null) <> (error is null))
);
comment on column jobs.run.asked_by is 'who asked for the run; null when it was time for it';

create index run_job on jobs.run (job_id, run_id desc);
create index run_ended on jobs.run using brin (ended_at);

-- An alert is raised by whichever process comes first; the others find it here.
create table jobs.raised (
    alert_id  uuid        primary key,
    raised_at timestamptz not null
);
create index raised_at on jobs.raised (raised_at);

-- Parked messages of a cause are taken again at a time that somebody has named.
create table jobs.parked_schedule (
    schedule_id  bigint      generated always as identity primary key,
    cause_id     text        collate "C" not null,
    at           timestamptz not null,
    actor        text        not null check (actor <> ''),
    asked_at     timestamptz not null,
    done_at      timestamptz,
    redriven     integer
);
create unique index parked_schedule_open on jobs.parked_schedule (cause_id, at) where done_at is null;
create index parked_schedule_due on jobs.parked_schedule (at) where done_at is null;
