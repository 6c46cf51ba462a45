-- name: account_frozen_in_both
-- meaning: An account is frozen in the ledger exactly if its saga takes it to be, and closed exactly if its saga takes it to be.
-- when: settled
select s.account_id, s.state, a.status
from sagas.account s join ledger.account a using (account_id)
-- Of an account that was frozen before anybody listened the saga does not know.
where (s.state <> 'Open' or s.status_at is not null)
    and s.state in ('Open', 'Frozen', 'Dormant', 'FrozenByHand', 'Closed')
    and a.status <> case s.state when 'Open' then 0 when 'Closed' then 2 else 1 end;
