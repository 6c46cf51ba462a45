-- name: saga_compensation_registered
-- meaning: What would undo a transaction is recorded as long as there is something to undo, and no longer. Rows of version 1 say it by their state.
select transaction_id, state, undo
from sagas.transaction
where machine_version >= 2
    and undo <> case state
        when 'Holding' then 1 when 'Held' then 1 when 'Authorised' then 1 when 'Releasing' then 1
        when 'Posting' then 3
        when 'Completed' then 2 when 'Reversing' then 2
        when 'CompensationFailed' then case when undo in (1, 2) then undo else 1 end
        else 0 end;
