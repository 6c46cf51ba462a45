-- name: account_at_rest_has_no_timer
-- meaning: An account of which nothing is waited for has neither deadline nor timer.
select a.account_id, a.state, a.timer_token
from sagas.account a
where a.state in ('Open', 'FrozenByHand', 'Closed', 'Rejected')
    and (a.deadline_at is not null or exists (select from messaging.timer m where m.timer_id = a.timer_token));
