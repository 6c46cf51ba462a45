-- name: ledger_chain_has_every_event
-- meaning: As many events have no chain as there were before there were chains: what was recorded since has one.
select o.chain_id, o.events_before, e.unchained
from (select count(*) as unchained from ledger.event where lane is null) as e
left join ledger.chain_origin o on true
where o.events_before is distinct from e.unchained;
