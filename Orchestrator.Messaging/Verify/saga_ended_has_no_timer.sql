-- name: saga_ended_has_no_timer
-- meaning: A transaction that has ended waits for nothing.
select t.transaction_id, t.state, t.timer_token
from sagas.transaction t
where t.state in ('Completed', 'Declined', 'Compensated', 'Voided', 'Reversed', 'NeverSubmitted')
    and (t.deadline_at is not null or exists (select from messaging.timer m where m.timer_id = t.timer_token));
