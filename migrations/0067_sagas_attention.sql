-- What people and operators should see of the sagas: those that are held, authorised or could not be undone, and those that were asked again too often.
--
-- sagas.transaction has no index but its key, so that its updates stay on their page. So what is waited for stands here: a row comes when a saga enters such a state and goes
-- when it leaves it, in the unit of work that moves the saga. The usual way writes nothing here. The table is as small as people are quick, and may have the indexes that
-- lists want: by time, by deadline, by amount, by account.
create table sagas.attention (
    transaction_id         uuid        primary key,
    state                  text        not null,
    stuck                  boolean     not null,
    since                  timestamptz not null,
    deadline_at            timestamptz not null,
    amount_minor           bigint      not null,
    score                  integer,
    repeats                integer     not null,
    account_id             text        collate "C" not null,
    destination_account_id text        collate "C",
    currency               text        collate "C"
) with (fillfactor = 80);

comment on column sagas.attention.stuck is 'it was asked again too often, wherever it is';
comment on column sagas.attention.since is 'when it came into this state, or was found stuck in it';
comment on column sagas.attention.deadline_at is 'when the default of its state is taken; infinity when there is none';
comment on column sagas.attention.amount_minor is 'zero before the submission';

create index attention_since on sagas.attention (since, transaction_id);
create index attention_deadline on sagas.attention (deadline_at, transaction_id);
create index attention_amount on sagas.attention (amount_minor, transaction_id);
create index attention_account on sagas.attention (account_id);
create index attention_destination on sagas.attention (destination_account_id);

insert into sagas.attention (transaction_id, state, stuck, since, deadline_at, amount_minor, score, repeats, account_id, destination_account_id, currency)
select transaction_id, state, state in ('Holding', 'Posting', 'Releasing'), updated_at, coalesce(deadline_at, 'infinity'), coalesce(amount_minor, 0), score, repeats,
    source_account_id, destination_account_id, currency
from sagas.transaction
where state in ('Held', 'Authorised', 'CompensationFailed') or (state in ('Holding', 'Posting', 'Releasing', 'Reversing') and repeats >= 5);
