-- Why: stream lanes keep their state in memory and answer without the database. What they need after a crash is a snapshot of that state with the
-- offsets it covers; it is written beside the work, in chunks, and counts from the moment its head is there.

-- The head of a snapshot. Positions are the next offsets to read, by topic; output_position is from where on the output topic may hold answers to what
-- is read from there. Epoch and number together rise with every snapshot of a lane, whoever owns it; an older epoch can commit none.
create table messaging.stream_snapshot (
    group_id        smallint not null,
    partition       integer not null,
    epoch           bigint not null,
    number          integer not null,
    positions       jsonb not null,
    output_position bigint not null,
    chunks          integer not null,
    bytes           bigint not null,
    taken_at        timestamptz not null,
    primary key (group_id, partition, epoch, number)
);

-- Chunks without a head are those of a snapshot that is being written, or was given up; they go with the next one.
create table messaging.stream_snapshot_chunk (
    group_id  smallint not null,
    partition integer not null,
    epoch     bigint not null,
    number    integer not null,
    chunk     integer not null,
    data      bytea not null,
    primary key (group_id, partition, epoch, number, chunk)
);
-- State is numbers and hashes: to try to compress it costs more than it saves.
alter table messaging.stream_snapshot_chunk alter column data set storage external;

-- The messages that were parked since the last snapshot, which a replay must neither take nor park again, whatever became of them since.
create table messaging.stream_parked (
    group_id  smallint not null,
    partition integer not null,
    topic     text not null,
    position  bigint not null,
    primary key (group_id, partition, topic, position)
);
