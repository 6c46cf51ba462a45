-- Backtests replay decisions in the order in which their transactions happened, page by page: that takes the time of the event in a column and an index over it.
-- Lists go by the time of the decision, which says nothing about it: what was published late, or is replayed at another speed, is decided long after it happened.
-- Events come nearly in order, so the index grows at its end, as that by the time of the decision does.
alter table decisioning.decision add column event_at timestamptz;

update decisioning.decision set event_at = coalesce((details->>'eventAt')::timestamptz, assessed_at);

alter table decisioning.decision alter column event_at set not null;

comment on column decisioning.decision.event_at is 'when the transaction happened; when it was decided where the decision does not say it';

create index decision_event_at on decisioning.decision (event_at, transaction_id);
