-- What happens to cases is told to others: each change writes a row here in its own transaction, and everything that tells (Kafka, webhooks, mail, live lists) reads from it.
--
-- Rows get their number once they are committed, by one process at a time: numbers are in the order of commits, so that whoever has seen one has seen all before it. What
-- follows from one another for a case keeps its order, because the later change waited for the earlier.

-- A case that stays overdue is escalated again, some times: when the next time is stands with the case.
alter table casework.work_case add column escalations smallint not null default 0 check (escalations >= 0);
alter table casework.work_case add column escalate_at timestamptz;
update casework.work_case set escalations = escalated::int, escalate_at = case when not escalated and state <> 'closed' then due_at end;
drop index casework.work_case_due;
create index work_case_escalate on casework.work_case (escalate_at) where state <> 'closed' and escalate_at is not null;

create sequence casework.event_number;

create table casework.event (
    seq        bigint      generated always as identity primary key,
    event_id   uuid        not null default gen_random_uuid(),
    number     bigint,
    kind       text        collate "C" not null check (kind in ('alert.raised', 'case.opened', 'case.assigned', 'case.changed', 'case.escalated', 'case.resolved')),
    at         timestamptz not null,
    case_id    uuid        not null,
    account_id text        collate "C" not null,
    queue      text        collate "C" not null,
    body       jsonb       not null
);

create index event_unnumbered on casework.event (seq) where number is null;
create unique index event_by_number on casework.event (number) where number is not null;
create index event_at on casework.event using brin (at) with (pages_per_range = 16);

create function casework.instant(at timestamptz) returns text language sql immutable parallel safe as $$
    select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- A case as it is told to others: as the API shows it, and who changed it, and why.
create function casework.told(c casework.work_case, actor text, reason text) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'caseId', c.case_id, 'queue', c.queue, 'accountId', c.account_id, 'state', c.state, 'priority', c.priority, 'alerts', c.alerts, 'version', c.version,
        'openedAt', casework.instant(c.opened_at), 'updatedAt', casework.instant(c.updated_at), 'dueAt', casework.instant(c.due_at), 'escalated', c.escalated, 'escalations', c.escalations,
        'assignee', c.assignee, 'snoozedUntil', casework.instant(c.snoozed_until), 'outcome', c.outcome, 'proposedBy', c.proposed_by, 'closedBy', c.closed_by,
        'closedAt', casework.instant(c.closed_at), 'actor', actor, 'reason', reason))
$$;
