-- name: ledger_holds_resolved_once
-- meaning: A hold is captured or released at most once, in full, after it was placed on that account.
select r.hold_id, r.account_id, count(*) as resolutions
from ledger.event r
left join ledger.event h on h.command_id = r.hold_id and h.type = 2
where r.type in (3, 4)
group by r.hold_id, r.account_id, h.command_id
having count(*) > 1
    or h.command_id is null
    or bool_or(h.account_id <> r.account_id or h.amount_minor <> r.amount_minor or h.version >= r.version);
