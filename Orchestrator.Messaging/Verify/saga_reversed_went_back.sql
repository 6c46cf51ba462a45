-- name: saga_reversed_went_back
-- meaning: A reversed transaction was paid back once, by its destination to its source, what had moved; unless an operator has found that by hand.
select t.transaction_id, r.reversals, r.amount_minor, t.amount_minor as submitted_minor
from sagas.transaction t
left join lateral (
    select count(*) as reversals, min(e.amount_minor) as amount_minor, min(e.account_id) as payer, min(e.counterparty_account_id) as payee
    from ledger.event e where e.type = 3 and e.reverses_transaction_id = t.transaction_id) r on true
where t.state = 'Reversed'
    and (r.reversals <> 1 or r.amount_minor <> coalesce((t.details ->> 'capturedMinor')::bigint, t.amount_minor)
        or r.payer <> t.destination_account_id or r.payee <> t.source_account_id)
    and not exists (select from sagas.operation o where o.transaction_id = t.transaction_id and o.kind = 'resolve' and o.refusal is null);
