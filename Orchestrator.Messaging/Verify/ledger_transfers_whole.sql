-- name: ledger_transfers_whole
-- meaning: What an account received from another has left that other, once and in the same amount; what left it for another has arrived there.
-- when: settled
with ends as (
    select transaction_id, type, account_id, counterparty_account_id,
        case type when 5 then counterparty_account_id else account_id end as source,
        case type when 5 then account_id else counterparty_account_id end as destination, amount_minor
    from ledger.event
    where type in (3, 5) and counterparty_account_id is not null and transaction_id is not null
)
select transaction_id, source, destination,
    count(*) filter (where type = 3) as captures, count(*) filter (where type = 5) as credits, min(amount_minor) as least_minor, max(amount_minor) as most_minor
from ends
group by transaction_id, source, destination
having count(*) filter (where type = 3) <> 1 or count(*) filter (where type = 5) <> 1 or min(amount_minor) <> max(amount_minor);
