-- name: saga_completed_moved_once
-- meaning: A completed transaction has exactly one capture from its source and one credit to its destination, of its amount.
with moved as (
    select transaction_id,
        count(*) filter (where type = 3) as captures, count(*) filter (where type = 5) as credits,
        min(amount_minor) as least, max(amount_minor) as most,
        min(account_id) filter (where type = 3) as source, min(account_id) filter (where type = 5) as destination
    from ledger.event
    where type in (3, 5) and transaction_id is not null
    group by transaction_id
)
select t.transaction_id, coalesce(m.captures, 0) as captures, coalesce(m.credits, 0) as credits, t.amount_minor, m.least, m.most
from sagas.transaction t left join moved m on m.transaction_id = t.transaction_id
where t.state = 'Completed'
    and (m.captures is distinct from 1 or m.credits is distinct from 1 or m.least <> t.amount_minor or m.most <> t.amount_minor
        or m.source <> t.source_account_id or m.destination <> t.destination_account_id);
