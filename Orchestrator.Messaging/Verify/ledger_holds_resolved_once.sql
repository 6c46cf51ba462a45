-- name: ledger_holds_resolved_once
-- meaning: A hold is captured, released or expires at most once, after it was placed on that account; what is captured and given back is what it reserved.
select r.hold_id, r.account_id, count(*) as resolutions
from ledger.event r
left join ledger.event h on h.command_id = r.hold_id and h.type = 2
where r.type in (3, 4, 10)
group by r.hold_id, r.account_id, h.command_id
having count(*) > 1
    or h.command_id is null
    or bool_or(h.account_id <> r.account_id or h.amount_minor <> r.amount_minor + coalesce(r.released_minor, 0) or h.version >= r.version);
