-- name: saga_behind_every_posting
-- meaning: Every hold, capture, release and credit belongs to a transaction that is known.
select e.transaction_id, e.type, e.account_id, e.version
from ledger.event e
where e.type in (2, 3, 4, 5) and e.transaction_id is not null
    and not exists (select from sagas.transaction t where t.transaction_id = e.transaction_id);
