-- name: ledger_clearing_settled
-- meaning: The clearing accounts of a currency add up to zero over all lanes: every credit has its capture.
-- when: settled
select currency, sum(credits_posted_minor::numeric - debits_posted_minor) as difference_minor
from ledger.account
where kind = 1
group by currency
having sum(credits_posted_minor::numeric - debits_posted_minor) <> 0;
