-- name: saga_all_ended
-- meaning: No transaction is on its way; those that wait for people, for a capture, or for a submission that was never seen, are told apart.
-- when: settled
select transaction_id, state, updated_at
from sagas.transaction
where state not in
    ('Completed', 'Declined', 'Compensated', 'Voided', 'Reversed', 'Held', 'Authorised', 'CompensationFailed', 'AwaitingSubmission', 'NeverSubmitted');
