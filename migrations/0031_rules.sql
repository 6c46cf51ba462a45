-- Fraud rules that people write and put in force while the service runs, and the lists of the allowed, denied and watched that rules look into.
--
-- Why it looks the way it does:
-- * A rule set never changes once it is stored: what decided is still there to be read. Another content is another version.
-- * That one set at most is live, and one shadow, is a unique index, so whichever process comes first wins.
-- * Four eyes are a constraint of the log and not of the code: the row of an activation by its author cannot be written.
-- * Every change to any list makes the next version of one clock, under its row's lock, so versions come into sight in their order. A process
--   that has everything up to a version asks by an index for what came later: nothing is ever read twice, and nothing is scanned.
-- * An entry that is taken out stays for a while as a removed one: else nobody who holds the list in memory would hear of it.

create function decisioning.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create table decisioning.rule_set (
    created_at timestamptz not null,
    changed_at timestamptz not null,
    revision   integer     not null default 1 check (revision > 0),
    version    text        collate "C" not null primary key check (version ~ '^[a-z0-9A-Z][a-z0-9_.-]{0,63}$' and version <> 'built-in'),
    state      text        not null default 'draft' check (state in ('draft', 'shadow', 'live', 'retired')),
    hash       text        not null check (hash ~ '^[0-9a-f]{64}$'),
    author     text        not null check (author <> ''),
    content    json        not null
);

comment on column decisioning.rule_set.revision is 'one more with each change of state';
comment on column decisioning.rule_set.hash is 'SHA-256 of the content as it is stored';
comment on column decisioning.rule_set.content is 'json and not jsonb: the bytes that the hash is of';

create unique index rule_set_live on decisioning.rule_set (state) where state = 'live';
create unique index rule_set_shadow on decisioning.rule_set (state) where state = 'shadow';

create function decisioning.keep_rule_set() returns trigger language plpgsql as $$
begin
    if (new.version, new.hash, new.author, new.created_at) is distinct from (old.version, old.hash, old.author, old.created_at)
        or new.content::text <> old.content::text then
        raise exception 'rule set % cannot be changed', old.version using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create trigger keep before update on decisioning.rule_set for each row execute function decisioning.keep_rule_set();
create trigger append_only before delete or truncate on decisioning.rule_set for each statement execute function decisioning.refuse_change();

create table decisioning.rule_set_log (
    id           bigint      generated always as identity primary key,
    at           timestamptz not null,
    version      text        collate "C" not null references decisioning.rule_set (version),
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

comment on table decisioning.rule_set_log is 'who did what with a rule set, and why; kept for ever';
comment on column decisioning.rule_set_log.action is 'restore: it is live again because its successor was rolled back; retire: another took its place';
comment on column decisioning.rule_set_log.instead_of is 'the version that was live before; null for the built-in rules';
comment on column decisioning.rule_set_log.remote is 'the address from which the actor asked: until there is authentication a name is a claim';

create index rule_set_log_version on decisioning.rule_set_log (version, id);
create trigger append_only before update or delete or truncate on decisioning.rule_set_log
    for each statement execute function decisioning.refuse_change();

create table decisioning.list_clock (
    version bigint  not null,
    one     boolean not null primary key default true check (one)
);

insert into decisioning.list_clock (version) values (1);

create table decisioning.list (
    created_at  timestamptz not null,
    version     bigint      not null,
    entries     integer     not null default 0 constraint list_size check (entries between 0 and 1000000),
    name        text        collate "C" not null primary key check (name ~ '^[a-z0-9_]{1,64}$'),
    kind        text        not null check (kind in ('allow', 'deny', 'watch')),
    description text        not null,
    created_by  text        not null
);

comment on column decisioning.list.version is 'of the clock, when the list or an entry was last changed';
comment on column decisioning.list.entries is 'those that were not taken out, expired ones too until they are pruned';

create table decisioning.list_entry (
    added_at   timestamptz not null,
    expires_at timestamptz,
    removed_at timestamptz,
    version    bigint      not null,
    list       text        collate "C" not null references decisioning.list (name),
    value      text        collate "C" not null check (char_length(value) between 1 and 128),
    added_by   text        not null,
    reason     text        not null,
    primary key (list, value)
);

comment on column decisioning.list_entry.version is 'of the clock, when it was added, changed or taken out';

create index list_entry_version on decisioning.list_entry (version);
create index list_entry_expiry on decisioning.list_entry (expires_at) where removed_at is null and expires_at is not null;
create index list_entry_removed on decisioning.list_entry (removed_at) where removed_at is not null;

create table decisioning.list_audit (
    id         bigint      generated always as identity primary key,
    at         timestamptz not null,
    expires_at timestamptz,
    list       text        collate "C" not null,
    value      text        collate "C",
    action     text        not null check (action in ('create', 'add', 'remove', 'expire')),
    actor      text        not null,
    reason     text        not null
);

comment on table decisioning.list_audit is 'who put what on a list or took it off, and why; kept for ever';

create index list_audit_entry on decisioning.list_audit (list, value, id);
create trigger append_only before update or delete or truncate on decisioning.list_audit
    for each statement execute function decisioning.refuse_change();

-- The built-in rules look into these.
insert into decisioning.list (name, kind, description, version, created_by, created_at) values
    ('allowed_destinations', 'allow', 'Destinations whose transactions are not held up by a score.', 1, 'migration', now()),
    ('denied_accounts', 'deny', 'Accounts that nothing goes to or comes from.', 1, 'migration', now()),
    ('watched_accounts', 'watch', 'Accounts whose transactions a person looks at.', 1, 'migration', now());
