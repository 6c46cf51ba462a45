-- Accounts: applications that are checked first, accounts that alerts have frozen, dormant ones. A row an account of which something was heard beside its opening.
--
-- A lane (one partition of the group account-sagas) is the only writer of a row, and reads it by its key alone; its id follows from the account's.
-- What is known of an applicant beyond the customer's id is a name while it is being checked, and nothing afterwards.
create table sagas.account (
    saga_id        uuid        primary key,
    version        integer     not null,
    state          text        not null,
    account_id     text        collate "C" not null,
    application    jsonb,
    applicant_name text,
    identity       jsonb       not null,
    screened       boolean     not null,
    identified     boolean     not null,
    findings       jsonb       not null,
    outcome        text        check (outcome in ('opened', 'rejected', 'refused')),
    reason         text,
    alerts         jsonb       not null,
    alerts_from    timestamptz,
    status_at      timestamptz,
    ending         text,
    step           integer     not null,
    command_id     uuid,
    command_reason text,
    step_at        timestamptz not null,
    repeats        integer     not null,
    deadline_at    timestamptz,
    timer_token    uuid,
    updated_at     timestamptz not null,
    ended_at       timestamptz,
    timeline       jsonb       not null,
    -- The name is kept no longer than it is needed.
    constraint name_while_checking check (applicant_name is null or state = 'Checking')
) with (fillfactor = 70);

create index account_by_id on sagas.account (account_id);

-- Who came first with an identity. The key decides between two who come at once: the second is refused, reads again, and finds the first.
-- A fingerprint is a hash of a document or of a name and a day of birth; neither is kept.
create table sagas.identity (
    claimed_at  timestamptz not null,
    fingerprint bytea       not null primary key check (octet_length(fingerprint) = 32),
    customer_id text        not null,
    account_id  text        collate "C" not null
);
