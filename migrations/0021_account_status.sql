-- Accounts are frozen, unfrozen and closed: each by an event that says why, and a status beside the counters that is the fold of those events.
alter table ledger.account add column status smallint not null default 0 check (status between 0 and 2);
alter table ledger.account add constraint closed_is_empty check (
    status <> 2 or (debits_posted_minor = credits_posted_minor and debits_pending_minor = 0 and credits_pending_minor = 0));
comment on column ledger.account.status is '0 open, 1 frozen (no new holds), 2 closed for ever';

alter table ledger.event add column reason text;
alter table ledger.event drop constraint event_type_check;
alter table ledger.event add constraint event_type_check check (type between 1 and 9);
-- Who changes what an account may do says why; nobody else does.
alter table ledger.event add constraint event_reason check ((type in (7, 8, 9)) = (reason is not null));
comment on column ledger.event.type is '1 opened, 2 hold placed, 3 hold captured, 4 hold released, 5 credited, 6 debited, 7 frozen, 8 unfrozen, 9 closed';
