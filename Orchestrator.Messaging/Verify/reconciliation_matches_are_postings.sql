-- name: reconciliation_matches_are_postings
-- meaning: Every match joins a line with a posting against settlement, equal in amount and currency unless a person decided.
select m.statement_id, m.line, m.account_id, m.version, m.rule
from ledger.external_match m
left join ledger.external_line l on l.statement_id = m.statement_id and l.line = m.line
left join ledger.event e on e.account_id = m.account_id and e.version = m.version
    and e.contra_account_id >= 'settlement:' and e.contra_account_id < 'settlement;' and e.type in (5, 6)
left join ledger.account a on a.account_id = m.account_id
where l.line is null or e.version is null
    or (m.rule in ('exact', 'by_amount')
        and (l.currency <> a.currency or l.amount_minor <> case e.type when 5 then e.amount_minor else -e.amount_minor end));
