-- name: account_waiting_has_timer
-- meaning: Every account of which something is waited for has a timer that is stored (or parked, where a person sees it); none is in limbo.
select a.account_id, a.state, a.deadline_at, a.updated_at
from sagas.account a
where a.state not in ('Open', 'FrozenByHand', 'Closed', 'Rejected')
    and not exists (select from messaging.timer m where m.timer_id = a.timer_token)
    and not exists (select from messaging.parked p where p.timer and p.message_key = a.account_id);
