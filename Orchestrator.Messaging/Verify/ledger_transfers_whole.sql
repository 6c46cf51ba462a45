-- name: ledger_transfers_whole
-- meaning: What an account received from another has left that other, once and in the same amount; what left it for another has arrived there.
-- when: settled
with ends as (
    select e.transaction_id, e.type,
        case e.type when 5 then e.counterparty_account_id else e.account_id end as source,
        case e.type when 5 then e.account_id else coalesce(e.counterparty_account_id, c.account_id) end as destination, e.amount_minor
    from ledger.event e
    -- A hold that was placed for a review did not name the destination once.
    left join ledger.event c on e.type = 3 and e.counterparty_account_id is null and c.type = 5 and c.transaction_id = e.transaction_id
        and c.counterparty_account_id = e.account_id
    where e.type in (3, 5) and e.transaction_id is not null and (e.counterparty_account_id is not null or c.account_id is not null)
)
select transaction_id, source, destination,
    count(*) filter (where type = 3) as captures, count(*) filter (where type = 5) as credits, min(amount_minor) as least_minor, max(amount_minor) as most_minor
from ends
group by transaction_id, source, destination
having count(*) filter (where type = 3) <> 1 or count(*) filter (where type = 5) <> 1 or min(amount_minor) <> max(amount_minor);
