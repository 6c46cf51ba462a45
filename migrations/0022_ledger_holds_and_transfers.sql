-- Holds expire and are captured in part, transfers name who is at the other end and may undo another, accounts have a limit per day, and the ledger has
-- accounts for fees and for what is still to be clarified.
alter table ledger.account add column per_day_minor bigint check (per_day_minor > 0);
alter table ledger.account add column spent_on date;
alter table ledger.account add column spent_minor bigint not null default 0 check (spent_minor >= 0);
comment on column ledger.account.spent_minor is 'what left the account on the day spent_on (UTC); kept where there is a limit per day';
alter table ledger.account drop constraint account_kind_check;
alter table ledger.account add constraint account_kind_check check (kind between 0 and 4);
comment on column ledger.account.kind is '0 customer; owned by a lane: 1 clearing, 2 settlement, 3 fee, 4 suspense';

alter table ledger.event add column counterparty_account_id text collate "C";
alter table ledger.event add column released_minor bigint;
alter table ledger.event add column expires_at timestamptz;
alter table ledger.event add column reverses_transaction_id uuid;
alter table ledger.event drop constraint event_type_check;
alter table ledger.event add constraint event_type_check check (type between 1 and 10);
alter table ledger.event drop constraint event_reason;
-- Who changes what an account may do says why, who gives a hold back may.
alter table ledger.event add constraint event_reason check (type = 4 or (type in (7, 8, 9)) = (reason is not null));
alter table ledger.event add constraint event_released check (released_minor is null or (type = 3 and released_minor >= 0));
alter table ledger.event add constraint event_expires check (expires_at is null or type = 2);
alter table ledger.event add constraint event_reverses check (reverses_transaction_id is null or type in (2, 3));
comment on column ledger.event.type is '1 opened, 2 hold placed, 3 hold captured, 4 hold released, 5 credited, 6 debited, 7 frozen, 8 unfrozen, 9 closed, 10 hold expired';
comment on column ledger.event.released_minor is 'of a capture that named its amount: what the hold reserved beyond it';

-- A hold is resolved at most once: captured, released or expired.
drop index ledger.event_hold_resolved;
create unique index event_hold_resolved on ledger.event (hold_id) where type in (3, 4, 10);
-- A transaction is reversed at most once. Holds that wait to undo it are found here too.
create unique index event_reversed on ledger.event (reverses_transaction_id) where type = 3 and reverses_transaction_id is not null;
create index event_reversing on ledger.event (reverses_transaction_id) where type = 2 and reverses_transaction_id is not null;
