-- name: ledger_counters_are_the_fold
-- meaning: The counters of every account are what its events add up to, those that name it as the other side included.
with fold as (
    select account_id,
        sum(debits_pending) as debits_pending, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted
    from (
        select account_id,
            case type when 2 then amount_minor when 3 then -amount_minor - coalesce(released_minor, 0) when 4 then -amount_minor when 10 then -amount_minor else 0 end as debits_pending,
            case when type in (3, 6) then amount_minor else 0 end as debits_posted,
            case when type = 5 then amount_minor else 0 end as credits_posted
        from ledger.event
        union all
        select contra_account_id, 0,
            case when type = 5 then amount_minor else 0 end,
            case when type in (3, 6) then amount_minor else 0 end
        from ledger.event where contra_account_id is not null
    ) as side
    group by account_id
)
select coalesce(a.account_id, f.account_id) as account_id,
    a.debits_pending_minor, f.debits_pending, a.debits_posted_minor, f.debits_posted, a.credits_posted_minor, f.credits_posted, a.credits_pending_minor
from ledger.account a full join fold f on f.account_id = a.account_id
where a.account_id is null
    or a.debits_pending_minor <> coalesce(f.debits_pending, 0)
    or a.debits_posted_minor <> coalesce(f.debits_posted, 0)
    or a.credits_posted_minor <> coalesce(f.credits_posted, 0)
    or a.credits_pending_minor <> 0;
