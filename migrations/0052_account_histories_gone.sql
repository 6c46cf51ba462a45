-- What decisioning remembers of accounts is not in a table any more: stream lanes keep it in memory and store it in snapshots
-- (messaging.stream_snapshot_chunk), with many more features than the two that stood here. Nothing reads the old rows; no decision rests on them,
-- for each keeps the vector that it was made from.
drop table decisioning.account_histories;

-- A process that was killed may have left decisions that were committed and not published. Stream lanes have no outbox, so nobody would publish them;
-- the outbox that belongs to no lane does, under the ids that they have. Its rows are packed in the same way.
with left_behind as (
    delete from messaging.outbox o using messaging.lane_group g where g.group_id = o.group_id and g.name = 'decisioning' returning o.payload
)
insert into messaging.edge_outbox (id, payload) select gen_random_uuid(), payload from left_behind;
