-- Casework: alerts that people should look at, and the cases in which they do.
--
-- An account has one open case in each queue: an alert opens it or joins it, and only ever raises its priority. A lane of the group casework is the only one that adds alerts,
-- so an alert that comes again is known by its id; people change cases beside it, and each change takes the row. Changes of cases are kept for ever: who, what, from what to what.
create schema casework;

create table casework.work_case (
    case_id       uuid        primary key,
    queue         text        collate "C" not null,
    account_id    text        collate "C" not null,
    state         text        not null check (state in ('pending', 'investigating', 'awaiting_approval', 'closed')),
    priority      smallint    not null check (priority between 0 and 1000),
    alerts        integer     not null check (alerts > 0),
    version       integer     not null default 1,
    opened_at     timestamptz not null,
    updated_at    timestamptz not null,
    due_at        timestamptz not null,
    escalated     boolean     not null default false,
    assignee      text,
    snoozed_until timestamptz,
    outcome       text        check (outcome in ('fraud', 'genuine', 'inconclusive')),
    proposed_by   text,
    closed_by     text,
    closed_at     timestamptz,
    -- Who proposes is not who approves.
    constraint maker_is_not_checker check (proposed_by is null or closed_by is null or lower(proposed_by) <> lower(closed_by)),
    constraint closed_has_outcome check ((state = 'closed') = (closed_at is not null) and (state in ('closed', 'awaiting_approval')) = (outcome is not null)),
    constraint assigned_while_investigating check (state <> 'investigating' or assignee is not null)
) with (fillfactor = 80);

create unique index work_case_open on casework.work_case (queue, account_id) where state <> 'closed';
create index work_case_next on casework.work_case (queue, priority desc, opened_at) where state = 'pending';
create index work_case_due on casework.work_case (due_at) where state <> 'closed' and not escalated;
create index work_case_account on casework.work_case (account_id, opened_at desc);
create index work_case_time on casework.work_case (opened_at desc, case_id desc);

create table casework.alert (
    alert_id       uuid        primary key,
    case_id        uuid        not null references casework.work_case,
    account_id     text        collate "C" not null,
    kind           text        collate "C" not null,
    score          smallint    not null,
    raised_at      timestamptz not null,
    transaction_id uuid,
    reasons        jsonb       not null
);

create index alert_case on casework.alert (case_id);
create index alert_time on casework.alert (raised_at desc, alert_id desc);
create index alert_account on casework.alert (account_id, raised_at desc, alert_id desc);

create table casework.case_log (
    id        bigint      generated always as identity primary key,
    case_id   uuid        not null references casework.work_case,
    at        timestamptz not null,
    actor     text        not null check (actor <> ''),
    action    text        not null check (action in ('assign', 'snooze', 'note', 'propose', 'approve', 'reject', 'close', 'escalate')),
    old_value jsonb,
    new_value jsonb,
    reason    text
);

create index case_log_case on casework.case_log (case_id, id);

create function casework.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on casework.case_log for each statement execute function casework.refuse_change();
create trigger append_only before update or delete or truncate on casework.alert for each statement execute function casework.refuse_change();
