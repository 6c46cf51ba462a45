-- Backtests replay decisions in the order in which their transactions happened, page by page: that takes the time of the event in a column and an index over it.
-- Lists go by the time of the decision, which says nothing about it: what was published late, or is replayed at another speed, is decided long after it happened.
-- Events come nearly in order, so the index grows at its end, as that by the time of the decision does.
--
-- A process of the version before writes no such time while it still runs beside this one: its decisions stand at the time when they were made.
alter table decisioning.decision add column event_at timestamptz;

update decisioning.decision set event_at = (details->>'eventAt')::timestamptz where details ? 'eventAt';

comment on column decisioning.decision.event_at is 'when the transaction happened; null where the decision does not say it, or was stored by an earlier version';

create index decision_event_at on decisioning.decision (coalesce(event_at, assessed_at), transaction_id);
