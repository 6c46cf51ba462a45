-- name: ledger_snapshots_agree
-- meaning: The counters of an account's snapshot are what its events up to that version add up to, those that name it as the other side included.
-- Each event is read once, between the snapshot before and its own. Only what the latest code has folded is asked for: the rest is passed over anyway.
with span as (
    select account_id, version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor,
        coalesce(lag(version) over (partition by account_id order by version), 0) as after_version
    from ledger.snapshot
    where fold_version = (select max(fold_version) from ledger.snapshot)
),
step as (
    select span.*, side.events, side.debits_pending, side.debits_posted, side.credits_posted
    from span cross join lateral (
        select count(*) as events, sum(debits_pending) as debits_pending, sum(debits_posted) as debits_posted, sum(credits_posted) as credits_posted
        from (
            select
                case type when 2 then amount_minor when 3 then -amount_minor - coalesce(released_minor, 0) when 4 then -amount_minor when 10 then -amount_minor else 0 end as debits_pending,
                case when type in (3, 6) then amount_minor else 0 end as debits_posted,
                case when type = 5 then amount_minor else 0 end as credits_posted
            from ledger.event
            where account_id = span.account_id and version > span.after_version and version <= span.version
            union all
            select 0,
                case when type = 5 then amount_minor else 0 end,
                case when type in (3, 6) then amount_minor else 0 end
            from ledger.event
            where contra_account_id = span.account_id and contra_version > span.after_version and contra_version <= span.version
        ) as posted
    ) as side
),
fold as (
    select account_id, version, debits_pending_minor, debits_posted_minor, credits_pending_minor, credits_posted_minor,
        sum(events) over upto as events, sum(debits_pending) over upto as debits_pending, sum(debits_posted) over upto as debits_posted,
        sum(credits_posted) over upto as credits_posted
    from step
    window upto as (partition by account_id order by version)
)
select account_id, version, events, debits_pending_minor, debits_pending, debits_posted_minor, debits_posted, credits_posted_minor, credits_posted,
    credits_pending_minor
from fold
where events <> version
    or debits_pending_minor <> coalesce(debits_pending, 0)
    or debits_posted_minor <> coalesce(debits_posted, 0)
    or credits_posted_minor <> coalesce(credits_posted, 0)
    or credits_pending_minor <> 0;
