-- name: messaging_parked_queue_has_head
-- meaning: A message that waits behind a parked one of its key has that one before it.
select q.parked_id, q.group_id, q.partition, q.parked_at
from messaging.parked q
where q.status = 'queued' and not exists (
    select from messaging.parked h
    where h.group_id = q.group_id and h.partition = q.partition and h.message_key = q.message_key
        and h.status = 'failed' and h.parked_id < q.parked_id);
