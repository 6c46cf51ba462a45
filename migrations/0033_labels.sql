-- Whether a transaction was fraud, as people and banks say it later: a row a label, from topic labels. Nothing is ever changed or taken away: who learns from
-- labels must be able to see what was known at any time. The last one by labelled_at counts.
--
-- A label may come before its decision is stored, and stays when the decision has been kept long enough: so it refers to the transaction by its id alone.
create table decisioning.label (
    labelled_at       timestamptz not null,
    effective_at      timestamptz,
    label_id          uuid        not null primary key,
    transaction_id    uuid        not null,
    is_fraud          boolean     not null,
    source            smallint    not null check (source between 0 and 3),
    source_account_id text        collate "C" not null,
    reason            text
);

comment on column decisioning.label.labelled_at is 'when it was said';
comment on column decisioning.label.effective_at is 'when it became known in the business; null where that is when it was said';
comment on column decisioning.label.source is '0 chargeback, 1 case, 2 customer, 3 analyst';

create index label_transaction on decisioning.label (transaction_id, labelled_at);

create or replace function decisioning.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on decisioning.label
    for each statement execute function decisioning.refuse_change();
