-- Accounts in assets beside ISO 4217, which have codes of 3 to 12 capital letters and digits and a scale of their own. A currency's code is one of these, so
-- no row that is there can be against it, and none is looked at.
alter table ledger.account drop constraint account_currency_check;
alter table ledger.account add constraint account_currency_check check (currency ~ '^[A-Z][A-Z0-9]{2,11}$') not valid;

-- What scale each asset was started with. Amounts are whole numbers of the smallest unit: with another scale all of them would mean something else, so
-- a start with another one is refused while there are accounts in the asset.
create table ledger.asset (
    scale smallint not null check (scale between 0 and 18),
    code  text     collate "C" not null primary key check (code ~ '^[A-Z][A-Z0-9]{2,11}$')
);
