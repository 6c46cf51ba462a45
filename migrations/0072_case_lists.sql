-- Lists, claims and groups of alerts that stay quick with 100,000 cases, whatever most of them are; and requests that take effect once.
--
-- What is claimed is found by an index that has nothing else in it: neither what is snoozed nor what somebody has. A snooze that is over is taken off the case by whoever claims
-- next. Lists are driven by one index each and look at a bounded number of rows.
drop index casework.work_case_next;
drop index casework.work_case_account;
create index work_case_next on casework.work_case (queue, (-priority), opened_at) where state = 'pending' and snoozed_until is null;
create index work_case_next_of_all on casework.work_case ((-priority), opened_at) where state = 'pending' and snoozed_until is null;
create index work_case_snoozed on casework.work_case (snoozed_until) where state = 'pending' and snoozed_until is not null;
create index work_case_investigating on casework.work_case (lower(assignee)) where state = 'investigating';
create index work_case_account on casework.work_case (account_id, opened_at desc, case_id desc);
create index work_case_assignee on casework.work_case (lower(assignee), opened_at desc, case_id desc) where assignee is not null;
create index work_case_state on casework.work_case (state, opened_at desc, case_id desc);
create index work_case_state_priority on casework.work_case (state, (-priority), opened_at, case_id);
create index work_case_open_priority on casework.work_case ((-priority), opened_at, case_id) where state <> 'closed';
create index work_case_state_due on casework.work_case (state, due_at, case_id);
create index work_case_open_due on casework.work_case (due_at, case_id) where state <> 'closed';

-- Alerts of the same kind about the same account within some time are one group: its id is that of the first of them.
create table casework.alert_group (
    group_id   uuid        primary key,
    account_id text        collate "C" not null,
    kind       text        collate "C" not null,
    first_at   timestamptz not null,
    last_at    timestamptz not null,
    alerts     integer     not null check (alerts > 0),
    score      smallint    not null
) with (fillfactor = 80);

create index alert_group_time on casework.alert_group (first_at desc, group_id desc);
create index alert_group_account on casework.alert_group (account_id, first_at desc, group_id desc);
create index alert_group_kind on casework.alert_group (kind, first_at desc, group_id desc);

alter table casework.alert disable trigger append_only;
alter table casework.alert add column group_id uuid;
update casework.alert set group_id = alert_id;
alter table casework.alert alter column group_id set not null;
alter table casework.alert enable trigger append_only;
insert into casework.alert_group (group_id, account_id, kind, first_at, last_at, alerts, score)
    select alert_id, account_id, kind, raised_at, raised_at, 1, score from casework.alert;

drop index casework.alert_case;
create index alert_case on casework.alert (case_id, raised_at desc, alert_id desc);
create index alert_kind on casework.alert (kind, raised_at desc, alert_id desc);
create index alert_transaction on casework.alert (transaction_id, kind) where transaction_id is not null;

-- A request with a key takes effect once. The row is written in the transaction of what it asked for: one that comes at the same time waits for that.
create table casework.request (
    actor    text        not null,
    key      text        not null,
    asked    bytea       not null, -- SHA-256 of what was asked for
    response jsonb,
    at       timestamptz not null,
    primary key (actor, key)
);

create index request_at on casework.request using brin (at) with (pages_per_range = 16);
