-- name: messaging_timers_fired
-- meaning: No timer is more than five minutes overdue.
select timer_id, group_id, partition, due_at from messaging.timer where due_at < now() - interval '5 minutes';
