-- name: saga_completed_moved_once
-- meaning: A completed transaction, reversed later or not, has exactly one capture from its source and one credit to its destination, of what was captured; the rest was given back.
with moved as (
    select transaction_id,
        count(*) filter (where type = 3) as captures, count(*) filter (where type = 5) as credits,
        min(amount_minor) as least, max(amount_minor) as most, coalesce(sum(released_minor), 0) as released,
        min(account_id) filter (where type = 3) as source, min(account_id) filter (where type = 5) as destination
    from ledger.event
    where type in (3, 5) and transaction_id is not null
    group by transaction_id
), completed as (
    select *, coalesce((details ->> 'capturedMinor')::bigint, amount_minor) as moved_minor
    from sagas.transaction
    where state in ('Completed', 'Reversing', 'Reversed') or (state = 'CompensationFailed' and undo = 2)
)
select t.transaction_id, coalesce(m.captures, 0) as captures, coalesce(m.credits, 0) as credits, t.moved_minor, m.least, m.most, m.released
from completed t left join moved m on m.transaction_id = t.transaction_id
where m.captures is distinct from 1 or m.credits is distinct from 1 or m.least <> t.moved_minor or m.most <> t.moved_minor
    or m.released <> t.amount_minor - t.moved_minor
    or m.source <> t.source_account_id or m.destination <> t.destination_account_id;
