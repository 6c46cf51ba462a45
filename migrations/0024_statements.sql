-- Months are closed: after that no statement of theirs changes. A closing is a fact of its own and stands here, not in a read model, so that building
-- a read model again gives the same statements.
--
-- What the ledger recorded up to recorded_until belongs to the month by its effective time; what it recorded later goes to the next month that was
-- open. recorded_until lies a little before closed_at, so that nothing that was under way at the closing can still come in before it.
create table ledger.closed_month (
    month          date        not null primary key check (extract(day from month) = 1),
    closed_at      timestamptz not null,
    recorded_until timestamptz not null,
    constraint month_is_over check (recorded_until >= (month + interval '1 month') at time zone 'UTC'),
    constraint closed_afterwards check (closed_at >= recorded_until)
);

comment on table ledger.closed_month is 'a month that has no row is closed with the first later month that has one';
comment on column ledger.closed_month.month is 'its first day, UTC';
comment on column ledger.closed_month.recorded_until is 'the last instant, by ledger.event.recorded_at, that counts for it';

-- Months are closed in their order, each not before the one before it: then one instant says which months were open when an entry was recorded.
create function ledger.closed_in_order() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from ledger.closed_month c
        where c.month > new.month or (c.month < new.month and (c.recorded_until > new.recorded_until or c.closed_at > new.closed_at))) then
        raise exception '% is closed out of order', new.month using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;

create trigger in_order before insert on ledger.closed_month for each row execute function ledger.closed_in_order();
create trigger append_only before update or delete or truncate on ledger.closed_month
    for each statement execute function ledger.refuse_change();
