-- When PostgreSQL looks after the tables that lanes write. By its defaults every table here is due again at each look, and a look at all of them
-- was measured to take a second of a processor: transfers that met it took three times as long as the rest.
--
-- * Statistics (analyze) hardly matter: lanes find rows by key with plans that do not depend on them. Queues need none at all, for what is in them
--   is gone before it is counted.
-- * Tables that only grow need a vacuum for their visibility map alone (and inbox for the summaries of its index by age).
-- * Updates of rows that stay on their page clean up after themselves; a vacuum is for what is left.
alter table messaging.lane set (autovacuum_analyze_threshold = 2000000000, autovacuum_vacuum_threshold = 2000);
alter table messaging.member set (autovacuum_analyze_threshold = 2000000000, autovacuum_vacuum_threshold = 500);
alter table messaging.outbox set (autovacuum_analyze_threshold = 2000000000);
alter table messaging.timer set (autovacuum_analyze_threshold = 2000000000, autovacuum_vacuum_threshold = 5000);
alter table sagas.tally set (autovacuum_analyze_threshold = 2000000000, autovacuum_vacuum_threshold = 2000);

alter table messaging.inbox set (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 500000);
alter table ledger.event set (autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 500000);
alter table ledger.account set (autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);
alter table sagas.transaction set (autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);
alter table decisioning.account_histories set (autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 100000);
