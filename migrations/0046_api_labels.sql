-- Labels are given over HTTP too: whether a transaction was fraud. The label's id is the subject.
alter table api.submission drop constraint submission_kind_check;
alter table api.submission add constraint submission_kind_check
    check (kind in ('account', 'account_change', 'transaction', 'cancellation', 'posting', 'label'));
