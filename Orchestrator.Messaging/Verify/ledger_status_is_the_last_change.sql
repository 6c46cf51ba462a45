-- name: ledger_status_is_the_last_change
-- meaning: An account is frozen or closed exactly if the last of its events that say so says so, and nothing happens to it after it is closed.
with change as (
    select distinct on (account_id) account_id, version, case type when 7 then 1 when 8 then 0 else 2 end as status
    from ledger.event where type in (7, 8, 9)
    order by account_id, version desc
)
select a.account_id, a.status, c.status as last_change, a.version, c.version as change_version
from ledger.account a left join change c on c.account_id = a.account_id
where a.status <> coalesce(c.status, 0) or (c.status = 2 and a.version <> c.version);
