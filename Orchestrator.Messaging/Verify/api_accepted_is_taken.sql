-- name: api_accepted_is_taken
-- meaning: Every transaction that was accepted over HTTP is known to its saga, or its message is parked.
-- when: settled
select s.subject as transaction_id, s.created_at
from api.submission s
where s.kind = 'transaction'
    and not exists (select from sagas.transaction t where t.transaction_id = s.subject::uuid)
    and not exists (select from messaging.parked p where p.message_id = s.message_id);
