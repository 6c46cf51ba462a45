-- name: ledger_sum_zero
-- meaning: Over all accounts, the ledger's own included, what was credited in a currency is what was debited in it.
select currency, sum(credits_posted_minor::numeric - debits_posted_minor) as difference_minor
from ledger.account
group by currency
having sum(credits_posted_minor::numeric - debits_posted_minor) <> 0;
