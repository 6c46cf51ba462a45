-- An approved transaction is posted by the ledger in one request (docs/adr/0007), so the states that waited for its single steps are gone. Who is in one
-- of them waits in Posting instead: at its deadline the ledger is asked for the whole, finds the steps that were taken, and answers.
-- Whoever was cancelled before the hold stays in Holding, whose answer is to release it. Run again, it changes nothing.
with moved as (
    update sagas.transaction as t
    set state = 'Posting', version = t.version + 1
    from (select transaction_id, state from sagas.transaction
          where state in ('Crediting', 'Capturing') or (state = 'Holding' and verdict = 'Approve' and not cancel_requested) for update) as old
    where t.transaction_id = old.transaction_id
    returning old.state as was
), changes as (
    select was as state, -count(*) as change from moved group by was
    union all
    select 'Posting', count(*) from moved having count(*) > 0
)
-- Which lane counted them does not matter: a tally is the sum over all.
insert into sagas.tally (partition, state, count)
select 0, state, change from changes
on conflict (partition, state) do update set count = tally.count + excluded.count;
