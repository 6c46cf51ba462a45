-- Read models follow a lane by its numbers: one position a lane instead of one an account.
--
-- * Events that a read model lacks are found by lane and sequence. In the order in which rows were written sequences go up, so a summary of a few bytes
--   for each hundred pages is enough; an index with an entry for each row would cost every event as much as the row itself.
-- * Copying counts what it has copied, for a lane's position says nothing while accounts are copied one after the other.
-- * The head remembers when its last event was recorded: no event is recorded before an earlier one of its lane, whichever machine's clock says so.
create index event_sequence on ledger.event using brin (lane_sequence) with (pages_per_range = 128, autosummarize = on);

alter table ledger.projection add column copied_events bigint not null default 0;
comment on column ledger.projection.copied_events is 'how many events were copied from the store';

alter table ledger.chain add column recorded_at timestamptz;
comment on column ledger.chain.recorded_at is 'when the last event was recorded; null for a head from before this was kept';
