-- name: saga_attention_is_shown
-- meaning: Every transaction that waits for people is shown to them, and none that has moved on.
select coalesce(t.transaction_id, a.transaction_id) as transaction_id, t.state, a.state as shown_as
from (select transaction_id, state from sagas.transaction where state in ('Held', 'Authorised', 'CompensationFailed')) t
full join sagas.attention a on a.transaction_id = t.transaction_id
where (t.transaction_id is null and not a.stuck) or a.transaction_id is null or (not a.stuck and a.state <> t.state);
