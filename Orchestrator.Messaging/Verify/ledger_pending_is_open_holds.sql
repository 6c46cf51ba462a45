-- name: ledger_pending_is_open_holds
-- meaning: What an account has pending is the sum of its holds that are neither captured nor released nor expired.
with open_hold as (
    select h.account_id, sum(h.amount_minor) as held_minor
    from ledger.event h
    where h.type = 2 and not exists (select from ledger.event r where r.hold_id = h.command_id and r.type in (3, 4, 10))
    group by h.account_id
)
select coalesce(a.account_id, o.account_id) as account_id, a.debits_pending_minor, o.held_minor
from ledger.account a full join open_hold o on o.account_id = a.account_id
where a.account_id is null or a.debits_pending_minor <> coalesce(o.held_minor, 0);
