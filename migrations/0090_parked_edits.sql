-- A parked message may be edited before it is taken again: one person proposes other bytes, another approves them.
--
-- Why it looks the way it does:
-- * The bytes as they came are kept for ever beside the bytes that took their place: no row goes, and of a row nothing changes but what became of the proposal.
-- * Four eyes are a constraint of the table and not of the code.
-- * One proposal of a message is open at a time, so nobody approves what another approval has replaced.
-- * A lane reads a message, takes it, and deletes its row where the revision is still the one it has read: an edit that comes in between is not lost, the unit is.

alter table messaging.parked
    add column revision   integer not null default 0,
    add column edit_id    uuid,
    add column redrive_id uuid;
comment on column messaging.parked.revision is 'rises with every edit that takes the place of the bytes';
comment on column messaging.parked.redrive_id is 'the redrive that has asked for it, while the lane has not got to it';

-- What is parked of a key, in order.
create index parked_key on messaging.parked (message_key, parked_id);

create table messaging.parked_edit (
    edit_id         uuid        primary key,
    number          bigint      generated always as identity unique,
    parked_id       bigint      not null,
    base_revision   integer     not null,
    group_name      text        not null,
    topic           text        not null,
    message_key     text        not null,
    message_type    text,
    state           text        not null default 'proposed' check (state in ('proposed', 'approved', 'rejected', 'expired', 'lapsed')),
    asked           bytea       not null,
    reason          text        not null check (reason <> ''),
    original        bytea       not null,
    edited          bytea       not null,
    proposed_by     text        not null check (proposed_by <> ''),
    proposed_at     timestamptz not null,
    expires_at      timestamptz not null check (expires_at > proposed_at),
    decided_by      text,
    decided_at      timestamptz,
    decision_reason text,
    constraint four_eyes check (state <> 'approved' or (decided_by is not null and lower(decided_by) <> lower(proposed_by))),
    constraint decided_by_somebody check ((state in ('approved', 'rejected')) = (decided_by is not null) and (state = 'proposed') = (decided_at is null))
);
comment on column messaging.parked_edit.asked is 'SHA-256 of what was asked for, so that the same request again is known';
comment on column messaging.parked_edit.state is 'expired: nobody has decided in time; lapsed: the message was taken or given up meanwhile';

create unique index parked_edit_open on messaging.parked_edit (parked_id) where state = 'proposed';
create index parked_edit_of on messaging.parked_edit (parked_id, number);

create function messaging.keep_parked_edit() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.state = 'proposed'
        and (old.edit_id, old.number, old.parked_id, old.base_revision, old.group_name, old.topic, old.message_key, old.asked, old.reason, old.original, old.edited,
             old.proposed_by, old.proposed_at, old.expires_at)
          = (new.edit_id, new.number, new.parked_id, new.base_revision, new.group_name, new.topic, new.message_key, new.asked, new.reason, new.original, new.edited,
             new.proposed_by, new.proposed_at, new.expires_at)
        and old.message_type is not distinct from new.message_type then
        return new;
    end if;
    raise exception 'an edit of a parked message is kept as it is' using errcode = 'restrict_violation';
end
$$;

create trigger kept before update or delete on messaging.parked_edit for each row execute function messaging.keep_parked_edit();
create trigger kept_whole before truncate on messaging.parked_edit for each statement execute function messaging.keep_parked_edit();
