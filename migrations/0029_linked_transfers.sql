-- Linked transfers: several of which all take effect or none, although their accounts belong to different lanes.
--
-- Why it looks the way it does (docs/adr/0010 has the reasons):
-- * A chain belongs to the lane of the account that pays first, which alone writes its row and decides once, by a change of state from 0: a decision
--   that is committed is never taken back.
-- * A leg is what an account has agreed to: that of a payer stands for the hold of the same id, that of a payee for the promise to take the amount, and
--   an account with an open promise is not closed. Each is written by the lane of its account.
-- * Ids never expire, so nothing here is ever deleted. A single transfer writes none of it.

create table ledger.linked (
    started_at   timestamptz not null,
    decided_at   timestamptz,
    chain_id     uuid        not null primary key,
    fingerprint  uuid        not null,
    state        smallint    not null check (state between 0 and 2),
    failed_index smallint,
    reason       text,
    account_id   text        collate "C" not null,
    transfers    jsonb       not null,
    answers      jsonb       not null,
    constraint linked_decided check ((state = 0) = (decided_at is null)),
    constraint linked_failed check ((state = 2) = (failed_index is not null) and (state = 2) = (reason is not null))
) with (fillfactor = 50);

comment on table ledger.linked is 'chains of linked transfers, each written by the lane of the account that pays first';
comment on column ledger.linked.state is '0 asking the accounts, 1 going through, 2 given up';
comment on column ledger.linked.answers is 'what each transfer''s payer (when it placed the hold) and payee (whether it promised) have agreed to so far';

create table ledger.linked_leg (
    transfer_id uuid     not null,
    chain_id    uuid     not null,
    side        smallint not null check (side between 0 and 1),
    state       smallint not null check (state between 0 and 2),
    account_id  text     collate "C" not null,
    primary key (transfer_id, side),
    -- A payer's leg ends with its hold.
    constraint leg_state check (side = 1 or state <> 1)
);

comment on table ledger.linked_leg is 'what the accounts of linked transfers have agreed to';
comment on column ledger.linked_leg.side is '0 payer, 1 payee';
comment on column ledger.linked_leg.state is '0 agreed, 1 the amount was taken, 2 given up';

-- Whether an account may be closed.
create index linked_leg_promised on ledger.linked_leg (account_id) where side = 1 and state = 0;

create trigger never_deleted before delete or truncate on ledger.linked
    for each statement execute function ledger.refuse_change();
create trigger never_deleted before delete or truncate on ledger.linked_leg
    for each statement execute function ledger.refuse_change();
