-- A schema registry, for who writes Avro, Protobuf or JSON with a schema's number in front and has no registry of its own: subjects, their versions, and schemas with ids that stay for ever.
create schema registry;

-- Everything that writes locks this row first, so that two processes never give one number to two things, nor two numbers to one. It is counted up in the transaction that uses the
-- number, so that what is rolled back leaves no gap, as a sequence would.
create table registry.head (
    is_head boolean primary key default true check (is_head),
    last_id integer not null default 0 check (last_id >= 0)
);

insert into registry.head default values;

-- A schema is the same under whichever subject it is registered. It stays when nothing uses it any more: whoever registers it again gets the number it always had.
create table registry.schema (
    schema_id   integer  primary key check (schema_id > 0),
    guid        uuid     not null unique,
    fingerprint bytea    not null unique check (octet_length(fingerprint) = 32),
    normal      bytea    not null check (octet_length(normal) = 32),
    format      text     not null check (format in ('AVRO', 'JSON', 'PROTOBUF')),
    body        text     not null,
    metadata    text,
    rule_set    text
);

comment on column registry.schema.fingerprint is 'SHA-256 of all that makes it this schema and no other';
comment on column registry.schema.normal is 'likewise, of the schema with its words in one order';
comment on column registry.schema.metadata is 'JSON, as it was given';
comment on column registry.schema.rule_set is 'JSON, as it was given';

create table registry.reference (
    schema_id integer  not null references registry.schema,
    place     smallint not null check (place >= 0),
    name      text     not null,
    subject   text     collate "C" not null,
    version   integer  not null check (version > 0),
    primary key (schema_id, place)
);

create index reference_target on registry.reference (subject, version);

create table registry.subject (
    subject      text    collate "C" primary key check (char_length(subject) between 1 and 512),
    last_version integer not null default 0 check (last_version >= 0)
);

comment on column registry.subject.last_version is 'so that the number of a version that is gone is not given again';

create table registry.version (
    subject       text        collate "C" not null references registry.subject on delete cascade,
    version       integer     not null check (version > 0),
    schema_id     integer     not null references registry.schema,
    registered_at timestamptz not null,
    registered_by text        collate "C" not null check (char_length(registered_by) between 1 and 64),
    deleted_at    timestamptz,
    primary key (subject, version)
);

comment on column registry.version.deleted_at is 'when it was deleted softly: nobody finds it under its subject, and its id is still read';

create index version_schema on registry.version (schema_id);

-- What is asked of a subject's next version; that of the subject with the empty name is asked of all others.
create table registry.config (
    subject       text collate "C" primary key check (char_length(subject) <= 512),
    compatibility text not null check (compatibility in ('NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'))
);
