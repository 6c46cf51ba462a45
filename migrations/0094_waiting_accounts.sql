-- Accounts that wait, to be counted and timed: by state, the oldest step first. Most accounts are open, closed or frozen by hand; they wait for nothing and are not in it, so it is
-- as small as what is under way and what people have not decided yet. An account that counts an alert while it is open changes no column of it, and its row stays on its page.
--
-- online: an index of the few that wait takes one pass over the table, a second or two for a million accounts; docs/operations.md says how to make it beforehand where there are more
create index if not exists account_waiting on sagas.account (state, step_at)
    where state in ('Checking', 'InReview', 'Opening', 'Freezing', 'Frozen', 'Dormant', 'Unfreezing', 'Closing');
