-- What every decision leaves behind: a row a transaction, with all that is needed to explain it and to make it again. It is written by lanes of the
-- background from topic decisions, some thousands a second, so:
--
-- * Narrow columns for what is searched by, and the message itself for the rest. Its vector of features stands apart, as the bytes that it is.
-- * The first decision of a transaction stays: the key says so, and a message that comes again changes nothing.
-- * Three indexes. The key. By time, for lists from the newest on, and for what has been kept long enough (Decisions:KeptDays): it grows at its end, which
--   costs little. By account, for the person who looks at one; it alone is written all over the place.
-- * No partitions: the key would have to hold the time, and then would not say any more that a transaction is decided once. Rows go some at a time,
--   as those of the other tables do.
create table decisioning.decision (
    assessed_at       timestamptz not null,
    transaction_id    uuid        not null primary key,
    score             smallint    not null check (score between 0 and 1000),
    outcome           smallint    not null check (outcome between 0 and 2),
    degraded          boolean     not null,
    source_account_id text        collate "C" not null,
    details           jsonb       not null,
    features          bytea
) with (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 500000, autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100);

comment on column decisioning.decision.outcome is '0 approve, 1 review, 2 decline';
comment on column decisioning.decision.details is 'FraudAssessed as it was published, without its vector';
comment on column decisioning.decision.features is '32-bit floats, little endian; what they mean says the schema that details names';

create index decision_assessed_at on decisioning.decision (assessed_at, transaction_id);
create index decision_account on decisioning.decision (source_account_id, assessed_at);

-- What the numbers of a vector mean. The hash is over the features' definitions, so a row never changes, and there are as many as there were versions.
create table decisioning.feature_schema (
    recorded_at timestamptz not null default now(),
    hash        text        collate "C" not null primary key check (char_length(hash) between 1 and 64),
    names       text[]      not null check (array_length(names, 1) between 1 and 4096 and array_position(names, null) is null)
);

comment on column decisioning.feature_schema.names is 'in the order of the vector';
