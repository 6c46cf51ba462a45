-- name: messaging_outbox_empty
-- meaning: All that was decided is published.
-- when: settled
select 'lane' as outbox, group_id, partition, seq, created_at from messaging.outbox
union all
select 'edge', null, null, null, created_at from messaging.edge_outbox;
