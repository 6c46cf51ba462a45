-- A transaction is captured in part, reversed after its completion, and parked for people where it cannot be undone; and a new version of the machine takes over the
-- transactions that an older one has begun.
--
-- Every row is written whole, hundreds at once, so the usual way gets two small numbers and no more; what only some transactions have is in one document, which most rows lack.
-- Rows that exist were written by version 1. Their next owner derives the rest from their state when it reads them (TransactionUpgrades).
alter table sagas.transaction add column machine_version smallint not null default 1;
alter table sagas.transaction add column undo smallint not null default 0;
alter table sagas.transaction add column details jsonb;

comment on column sagas.transaction.machine_version is 'the version of the state machine that wrote the row';
comment on column sagas.transaction.undo is 'what would undo what was asked for, recorded with the step itself: 1 releasing the hold, 2 reversing the transfer';
comment on column sagas.transaction.details is 'captured by hand, reversed, parked: what the usual way does not need';
