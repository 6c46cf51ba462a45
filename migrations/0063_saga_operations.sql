-- What people and publishers have asked of a transaction after its submission, and what became of it: reviews, cancellations, captures, reversals, and what operators do.
--
-- A row is written in the unit of work that takes or refuses what was asked, so it is true whatever crashes. Who asks twice under the same id is answered as the first time.
-- Nothing here is written on the usual way. Append-only: it is the audit of who moved money by hand.
create table sagas.operation (
    operation_id   uuid        primary key,
    transaction_id uuid        not null,
    kind           text        not null check (kind in ('review', 'cancellation', 'capture', 'reversal', 'retry', 'resolve', 'move')),
    actor          text        not null,
    asked_at       timestamptz not null,
    decided_at     timestamptz not null,
    from_state     text        not null,
    to_state       text        not null,
    reason         text,
    refusal        text
);

comment on column sagas.operation.refusal is 'why it changed nothing, by its stable name; null when it was done';
comment on column sagas.operation.to_state is 'where the transaction went; where it stayed when it was refused';

create index operation_transaction on sagas.operation (transaction_id, decided_at);

create function sagas.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on sagas.operation for each statement execute function sagas.refuse_change();

-- Captures and reversals are submissions too. Their kinds are named in code, in one place (SubmissionKind).
alter table api.submission drop constraint submission_kind_check;
alter table api.submission add constraint submission_kind_check check (kind ~ '^[a-z][a-z_]{0,31}$');
