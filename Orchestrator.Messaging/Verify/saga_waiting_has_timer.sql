-- name: saga_waiting_has_timer
-- meaning: Every transaction has ended or has a timer that is stored (or parked, where a person sees it); none is in limbo.
select t.transaction_id, t.state, t.timer_due_at, t.updated_at
from sagas.transaction t
where t.state not in ('Completed', 'Declined', 'Compensated', 'Voided', 'Reversed', 'NeverSubmitted')
    and not exists (select from messaging.timer m where m.timer_id = t.timer_token)
    and not exists (select from messaging.parked p where p.timer and p.message_key = t.source_account_id);
