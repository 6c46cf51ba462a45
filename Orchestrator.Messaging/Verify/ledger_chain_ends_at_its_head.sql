-- name: ledger_chain_ends_at_its_head
-- meaning: Every lane's chain has as many events as its head says, numbered from 1, and ends with the head's hash.
select coalesce(e.lane, c.lane) as lane, c.sequence as head, count(e.lane) as events, min(e.lane_sequence) as first, max(e.lane_sequence) as last
from (select lane, lane_sequence, hash from ledger.event where lane is not null) as e
full join ledger.chain c on c.lane = e.lane
group by coalesce(e.lane, c.lane), c.sequence, c.hash
having c.sequence is null
    or count(e.lane) <> c.sequence
    or min(e.lane_sequence) is distinct from 1
    or max(e.lane_sequence) is distinct from c.sequence
    or not coalesce(bool_or(e.lane_sequence = c.sequence and e.hash = c.hash), false);
