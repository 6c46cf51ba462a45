-- name: messaging_outbox_published
-- meaning: What was decided more than five minutes ago has been published: no row of an outbox is older.
select 'lane' as outbox, group_id, partition, seq, created_at from messaging.outbox where created_at < now() - interval '5 minutes'
union all
select 'edge', null, null, null, created_at from messaging.edge_outbox where created_at < now() - interval '5 minutes';
