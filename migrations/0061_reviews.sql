-- Reviews: a person releases a held transaction or confirms the fraud.
--
-- What is released goes on from its hold, and the ledger is told when that was placed; the saga asks for it with the same bytes however often, so it keeps it.
alter table sagas.transaction add column hold_placed_at timestamptz;

alter table api.submission drop constraint submission_kind_check;
alter table api.submission add constraint submission_kind_check
    check (kind in ('account', 'account_change', 'transaction', 'cancellation', 'posting', 'label', 'review'));
