-- Attachments and links of cases: what people keep with a case, and what it has to do with.
--
-- What is attached is stored by its hash, once, however many attachments have it, and goes with the last of them. Both attachments and links stay when they are removed, with
-- who did it and why; and every line of the log has what it was.
create table casework.content (
    sha256 bytea   primary key check (octet_length(sha256) = 32),
    size   integer not null,
    bytes  bytea   not null
);

-- Not compressed: what is attached is already, or is small, and what is not can be read in parts.
alter table casework.content alter column bytes set storage external;

create table casework.attachment (
    attachment_id  uuid        primary key,
    case_id        uuid        not null references casework.work_case,
    name           text        not null,
    media_type     text        not null,
    size           integer     not null,
    sha256         bytea       not null,
    stored         bytea       references casework.content, -- the hash, until it is removed
    added_by       text        not null check (added_by <> ''),
    added_at       timestamptz not null,
    removed_by     text,
    removed_at     timestamptz,
    removed_reason text,
    constraint removed_is_not_stored check ((removed_at is null) = (stored is not null) and (removed_at is null) = (removed_by is null) and (removed_at is null) = (removed_reason is null))
);

create index attachment_case on casework.attachment (case_id, added_at, attachment_id);
create index attachment_stored on casework.attachment (stored) where stored is not null;

create table casework.case_link (
    link_id        uuid        primary key,
    case_id        uuid        not null references casework.work_case,
    kind           text        collate "C" not null check (kind in ('transaction', 'decision', 'session', 'account', 'case')),
    target         text        collate "C" not null,
    note           text,
    added_by       text        not null check (added_by <> ''),
    added_at       timestamptz not null,
    removed_by     text,
    removed_at     timestamptz,
    removed_reason text
);

create unique index case_link_once on casework.case_link (case_id, kind, target) where removed_at is null;
create index case_link_target on casework.case_link (kind, target) where removed_at is null;

alter table casework.case_log drop constraint case_log_action_check;
alter table casework.case_log add constraint case_log_action_check
    check (action in ('assign', 'snooze', 'note', 'propose', 'approve', 'reject', 'close', 'escalate', 'attach', 'detach', 'link', 'unlink'));
