-- name: ledger_linked_all_or_none
-- meaning: Of linked transfers that were given up none is credited, and before they are decided none is; once nothing is under way each chain is decided, and of one that went through every transfer is credited and captured.
-- when: settled
select k.chain_id, k.state, t.item ->> 'transferId' as transfer_id
from ledger.linked k
cross join lateral jsonb_array_elements(k.transfers) as t (item)
left join ledger.linked_leg l on l.transfer_id = (t.item ->> 'transferId')::uuid and l.side = 0 and l.chain_id = k.chain_id
left join ledger.event h on h.command_id = l.transfer_id and h.type = 2
left join ledger.event r on r.hold_id = h.command_id and r.type in (3, 4, 10)
left join ledger.event c on c.transaction_id = l.transfer_id and c.type = 5 and c.reverses_transaction_id is null and c.counterparty_account_id = h.account_id
where k.state = 0
    or (k.state = 1 and (r.type is distinct from 3 or c.command_id is null))
    or (k.state = 2 and (c.command_id is not null or (h.command_id is not null and r.type is distinct from 4)))
union all
select l.chain_id, k.state, l.transfer_id::text
from ledger.linked_leg l
join ledger.linked k on k.chain_id = l.chain_id
where l.side = 1 and (l.state = 0 or (l.state = 1) <> (k.state = 1));
