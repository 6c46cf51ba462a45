-- name: ledger_no_overdraft
-- meaning: No customer's account is below zero by more than its overdraft, pending amounts counted.
select account_id, credits_posted_minor, debits_posted_minor, debits_pending_minor, overdraft_minor
from ledger.account
where kind = 0 and credits_posted_minor::numeric - debits_posted_minor - debits_pending_minor + overdraft_minor < 0;
