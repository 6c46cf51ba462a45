-- name: saga_refused_moved_nothing
-- meaning: A transaction that was declined, undone or taken back has neither capture nor credit, and no hold that is still open; unless an operator has ended it by hand.
select t.transaction_id, t.state, e.type, e.account_id, e.version
from sagas.transaction t join ledger.event e on e.transaction_id = t.transaction_id
where t.state in ('Declined', 'Compensated', 'Voided')
    and (e.type in (3, 5)
        or (e.type = 2 and not exists (select from ledger.event r where r.hold_id = e.command_id and r.type = 4)))
    and not exists (select from sagas.operation o where o.transaction_id = t.transaction_id and o.kind = 'resolve' and o.refusal is null);
