-- name: ledger_reversed_once
-- meaning: A transaction is reversed at most once, by the account that received it and to the account that paid, of the whole amount.
with reversal as (
    select account_id, version, reverses_transaction_id, counterparty_account_id, amount_minor,
        count(*) over (partition by reverses_transaction_id) as reversals
    from ledger.event where type = 3 and reverses_transaction_id is not null
)
select r.account_id, r.version, r.reverses_transaction_id, r.amount_minor, r.reversals, c.amount_minor as received_minor
from reversal r
left join ledger.event c on c.type = 5 and c.transaction_id = r.reverses_transaction_id and c.account_id = r.account_id
    and c.counterparty_account_id = r.counterparty_account_id
where r.reversals > 1 or c.amount_minor is distinct from r.amount_minor;
