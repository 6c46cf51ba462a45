-- name: saga_tally_counts
-- meaning: The totals by state are the number of transactions in each.
with counted as (select state, count(*) as count from sagas.transaction group by state),
    told as (select state, sum(count)::bigint as count from sagas.tally group by state)
select coalesce(c.state, t.state) as state, coalesce(c.count, 0) as transactions, coalesce(t.count, 0) as tally
from counted c full join told t on t.state = c.state
where coalesce(c.count, 0) <> coalesce(t.count, 0);
