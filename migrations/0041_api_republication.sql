-- Why: when the Kafka cluster behind this database is a new one, accepted submissions that nobody had read are published again.
-- A row says how far that has got for one such event, so that a process that dies goes on where it was, and a restart does not begin anew.
create table api.republication (
    event_id           bigint      not null, -- of messaging.cluster_event
    reader             text        not null, -- the group of lanes that has to see the messages
    done_submission_id bigint      not null,
    updated_at         timestamptz not null,
    primary key (event_id, reader)
);
