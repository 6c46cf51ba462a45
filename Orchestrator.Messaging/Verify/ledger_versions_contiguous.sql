-- name: ledger_versions_contiguous
-- meaning: The versions of every account are 1, 2, 3, ... without gap or repetition, up to the one that the account shows.
with seen as (
    select account_id, count(*) as events, count(distinct version) as versions, min(version) as first, max(version) as last
    from (
        select account_id, version from ledger.event
        union all
        select contra_account_id, contra_version from ledger.event where contra_account_id is not null
    ) as side
    group by account_id
)
select coalesce(a.account_id, s.account_id) as account_id, a.version, s.events, s.versions, s.first, s.last
from ledger.account a full join seen s on s.account_id = a.account_id
where a.account_id is null
    or a.version <> coalesce(s.last, 0)
    or (s.last is not null and (s.first <> 1 or s.events <> s.last or s.versions <> s.last));
