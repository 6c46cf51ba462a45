-- Projections: which generation of each read model is served, which one is built beside it, and how far its building has come.
--
-- * A generation's tables are in a schema of their own, ledger_<name>_<generation>, made and dropped by the service; its positions are those of the
--   group ledger-<name>-<generation>. Numbers are never used again, so the rows stay when the tables are gone.
-- * The indexes decide races: one generation of a name is served, and one is built.
create table ledger.projection (
    name            text        collate "C" not null check (name ~ '^[a-z][a-z_]{0,29}$'),
    generation      integer     not null check (generation > 0),
    version         integer     not null,
    state           text        not null check (state in ('requested', 'copying', 'catching_up', 'active', 'retired', 'dropped')),
    source          text        not null check (source in ('store', 'topic')),
    copied_account  text        collate "C" not null default '',
    copied_version  bigint      not null default 0,
    copied_counters bigint[]    not null default '{0,0,0,0}' check (cardinality(copied_counters) = 4),
    requested_at    timestamptz not null,
    started_at      timestamptz,
    active_at       timestamptz,
    retired_at      timestamptz,
    error           text,
    primary key (name, generation)
) with (fillfactor = 20, autovacuum_analyze_threshold = 2000000000, autovacuum_vacuum_threshold = 2000);

create unique index projection_active on ledger.projection (name) where state = 'active';
create unique index projection_building on ledger.projection (name) where state in ('requested', 'copying', 'catching_up');

comment on column ledger.projection.version is 'of the code that folds it; while it is only requested, of the code that asks for it, 0 for any';
comment on column ledger.projection.state is
    'requested, copying from ledger.event, catching_up on the topic, active (served), retired (its readers may still run), dropped';
comment on column ledger.projection.copied_account is 'the last event copied: with its version, and with the account''s counters after it (debits pending, posted, credits pending, posted)';
comment on column ledger.projection.error is 'why it does not go on, as of the last try';
