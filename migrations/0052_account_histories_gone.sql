-- What decisioning remembers of accounts is not in a table any more: stream lanes keep it in memory and store it in snapshots
-- (messaging.stream_snapshot_chunk), with many more features than the two that stood here. Nothing reads the old rows; no decision rests on them,
-- for each keeps the vector that it was made from.
drop table decisioning.account_histories;
