-- Who has read what: every read of an account, what happened on it, a transaction, a decision, a case or a parked message by a person has a row before its answer goes out.
--
-- Rows come in some a commit, as many as are asked for at once, and are read seldom: by one auditor, about one person or one account. They are written once. What is younger than
-- thirty days can be deleted by nobody, what is older by the one who prunes (Api:AuditDays).
create schema audit;

create table audit.access (
    access_id uuid        primary key,
    at        timestamptz not null,
    actor     text        collate "C" not null check (char_length(actor) between 1 and 64),
    roles     text[]      not null,
    operation text        collate "C" not null,
    subject   text        collate "C",
    accounts  text[]      collate "C" not null,
    address   text        not null,
    status    smallint    not null check (status between 100 and 599)
);

comment on column audit.access.operation is 'the method and the route, as the OpenAPI document has them';
comment on column audit.access.subject is 'what was asked for beside the account: the id of a transaction, a decision, a case or a message, a month';
comment on column audit.access.accounts is 'the accounts that were asked for or named in the answer';

create index access_time on audit.access (at desc, access_id desc);
create index access_actor on audit.access (actor, at desc, access_id desc);
create index access_accounts on audit.access using gin (accounts);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;

create function audit.refuse_early_end() returns trigger language plpgsql as $$
begin
    if old.at > now() - interval '30 days' then
        raise exception '% is kept for thirty days at least', tg_table_name using errcode = 'restrict_violation';
    end if;
    return old;
end
$$;

create trigger append_only before update or truncate on audit.access for each statement execute function audit.refuse_change();
create trigger kept before delete on audit.access for each row execute function audit.refuse_early_end();
