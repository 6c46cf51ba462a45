-- Whoever applies for an account is looked for on these lists, by name or by customer id. They are empty at first, so the lists' clock need not move.
insert into decisioning.list (name, kind, description, version, created_by, created_at)
select l.name, 'deny', l.description, clock.version, 'migration', now()
from decisioning.list_clock clock, (values
    ('denied_customers', 'Customers, by id or name, who open no account without a person''s consent.'),
    ('sanctions', 'Names of those with whom there is no business.')) as l (name, description)
on conflict (name) do nothing;
