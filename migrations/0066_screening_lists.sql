-- Whoever applies for an account is looked for on these lists, by name or by customer id.
with clock as (
    update decisioning.list_clock set version = version + 1 returning version
)
insert into decisioning.list (name, kind, description, version, created_by, created_at)
select l.name, 'deny', l.description, clock.version, 'migration', now()
from clock, (values
    ('denied_customers', 'Customers, by id or name, who open no account without a person''s consent.'),
    ('sanctions', 'Names of those with whom there is no business.')) as l (name, description)
on conflict (name) do nothing;
