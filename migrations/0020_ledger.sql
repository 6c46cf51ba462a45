-- The ledger: accounts with four counters, and every change to them as an immutable event.
--
-- Why it looks the way it does:
-- * ledger.event is the record; ledger.account is its fold, kept beside it so that deciding reads one row an account.
-- * Money always has two sides, but a posting is one row: the other side is named in the same row (contra_account_id, contra_version).
--   docs/adr/0003 says why.
-- * A command that took effect is found by its event, so accepted commands need no table of their own; only refusals are kept apart.
--   Ids never expire: nothing here is ever deleted.
-- * Write cost is what counts: three narrow indexes on events, each of them with a promise to keep, and updates of ledger.account stay on
--   their page (HOT), for no counter is indexed.

create schema ledger;

create table ledger.account (
    version               bigint      not null check (version >= 0),
    debits_pending_minor  bigint      not null check (debits_pending_minor >= 0),
    debits_posted_minor   bigint      not null check (debits_posted_minor >= 0),
    credits_pending_minor bigint      not null check (credits_pending_minor >= 0),
    credits_posted_minor  bigint      not null check (credits_posted_minor >= 0),
    overdraft_minor       bigint      not null check (overdraft_minor >= 0),
    per_transaction_minor bigint      check (per_transaction_minor > 0),
    opened_at             timestamptz not null,
    kind                  smallint    not null check (kind between 0 and 2),
    currency              text        not null check (currency ~ '^[A-Z]{3}$'),
    account_id            text        collate "C" not null primary key,
    customer_id           text,
    -- The ledger's own accounts have a colon in their names and no customer.
    constraint account_owner check ((kind = 0) = (customer_id is not null) and (kind = 0) = (position(':' in account_id) = 0)),
    constraint no_overdraft check (
        kind <> 0 or credits_posted_minor - debits_posted_minor - debits_pending_minor >= -overdraft_minor)
) with (fillfactor = 60);

comment on column ledger.account.kind is '0 customer, 1 clearing (owned by a lane), 2 settlement (owned by a lane)';
comment on column ledger.account.version is 'the number of events folded into the counters: of the account, or naming it as the other side';

create table ledger.event (
    version           bigint      not null check (version > 0),
    amount_minor      bigint      not null check (amount_minor >= 0),
    effective_at      timestamptz not null,
    recorded_at       timestamptz not null,
    contra_version    bigint,
    command_id        uuid        not null,
    transaction_id    uuid,
    hold_id           uuid,
    type              smallint    not null check (type between 1 and 6),
    account_id        text        collate "C" not null,
    contra_account_id text        collate "C",
    primary key (account_id, version),
    constraint both_sides check ((contra_account_id is null) = (contra_version is null)),
    -- Captures and credits post, so they have another side; the rest changes one account alone.
    constraint postings_balance check ((type in (3, 5, 6)) = (contra_account_id is not null))
);

comment on column ledger.event.type is '1 opened, 2 hold placed, 3 hold captured, 4 hold released, 5 credited, 6 debited';
comment on column ledger.event.contra_version is 'the version of the other side''s account that this posting made';

-- A command takes effect at most once.
create unique index event_command on ledger.event (command_id);
-- A hold is resolved at most once.
create unique index event_hold_resolved on ledger.event (hold_id) where type in (3, 4);

create table ledger.refusal (
    decided_at  timestamptz not null,
    command_id  uuid        not null primary key,
    fingerprint uuid        not null,
    reason      text        not null
);

comment on table ledger.refusal is 'commands that were refused, so that the same command is refused again for the same reason';
comment on column ledger.refusal.fingerprint is 'the first 16 bytes of SHA-256 over what the command asked for';

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op using errcode = 'restrict_violation';
end
$$;

create trigger append_only before update or delete or truncate on ledger.event
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.refusal
    for each statement execute function ledger.refuse_change();
create trigger never_deleted before delete or truncate on ledger.account
    for each statement execute function ledger.refuse_change();
