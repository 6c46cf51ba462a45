-- Fraud models that people upload and put in force while the service runs. They live as rule sets do (0031): draft, shadow, live, retired, under four eyes.
--
-- Why it looks the way it does:
-- * The file is kept as it came, byte for byte: a decision of long ago can be made again by the model that made it.
-- * A version is the file's own name and the beginning of its hash, so decisions name a content, and two files never share a version unseen.
-- * What the file says of itself stands beside it, so that lists and pages do not read megabytes.
-- * Nothing but state, revision and time of change can be updated. The trigger goes by the columns that a statement names: comparing contents would read both.

create table decisioning.model (
    created_at  timestamptz not null,
    changed_at  timestamptz not null,
    revision    integer     not null default 1 check (revision > 0),
    bytes       integer     not null generated always as (octet_length(content)) stored,
    version     text        collate "C" not null primary key check (version = name || '-' || left(hash, 8)),
    name        text        collate "C" not null check (name ~ '^[a-z0-9A-Z][a-z0-9A-Z_.-]{0,54}$'),
    state       text        not null default 'draft' check (state in ('draft', 'shadow', 'live', 'retired')),
    hash        text        not null check (hash ~ '^[0-9a-f]{64}$'),
    author      text        not null check (author <> ''),
    format      text        not null check (char_length(format) between 1 and 64),
    schema_hash text        not null check (char_length(schema_hash) between 1 and 64),
    description json        not null,
    content     bytea       not null constraint model_size check (octet_length(content) between 1 and 67108864)
);

comment on column decisioning.model.revision is 'one more with each change of state';
comment on column decisioning.model.hash is 'SHA-256 of the content';
comment on column decisioning.model.schema_hash is 'of the feature vectors that it takes';
comment on column decisioning.model.description is 'what the file says of itself: inputs, thresholds, calibration, facts';

create unique index model_live on decisioning.model (state) where state = 'live';
create unique index model_shadow on decisioning.model (state) where state = 'shadow';

create trigger keep before update of version, name, hash, author, created_at, format, schema_hash, description, content on decisioning.model
    for each statement execute function decisioning.refuse_change();
create trigger append_only before delete or truncate on decisioning.model for each statement execute function decisioning.refuse_change();

create table decisioning.model_log (
    id           bigint      generated always as identity primary key,
    at           timestamptz not null,
    version      text        collate "C" not null references decisioning.model (version),
    action       text        not null check (action in ('create', 'shadow', 'activate', 'roll_back', 'restore', 'retire')),
    from_state   text,
    to_state     text        not null,
    instead_of   text,
    author       text        not null,
    actor        text        not null check (actor <> ''),
    remote       text        not null,
    reason       text        not null,
    constraint four_eyes check (action <> 'activate' or lower(actor) <> lower(author))
);

comment on table decisioning.model_log is 'who did what with a model, and why; kept for ever';
comment on column decisioning.model_log.action is 'restore: it is live again because its successor was rolled back; retire: its trial was ended, or another took its place';
comment on column decisioning.model_log.instead_of is 'the version that was live before; null for none';
comment on column decisioning.model_log.remote is 'the address from which the actor asked: until there is authentication a name is a claim';

create index model_log_version on decisioning.model_log (version, id);
create trigger append_only before update or delete or truncate on decisioning.model_log
    for each statement execute function decisioning.refuse_change();
