-- How hard PostgreSQL looks after those tables. A vacuum at full speed, and an analyze of many rows, take a processor from the lanes for up to half a
-- second; it was measured that the slowest hundredth of transfers were those that met it. So each takes its time: ten milliseconds of rest for
-- a hundred pages looked at, or five that were clean and are changed.
--
-- Queues are not cut short at their end either: they grow back at once, and to cut them takes a lock that nobody can write beside.
alter table messaging.outbox set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100, vacuum_truncate = false);
alter table messaging.timer set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100, vacuum_truncate = false);
alter table messaging.inbox set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100);
alter table ledger.event set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100);
alter table ledger.account set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100, autovacuum_analyze_threshold = 1000000);
alter table sagas.transaction set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100, autovacuum_analyze_threshold = 1000000);
alter table decisioning.account_histories set (autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100, autovacuum_analyze_threshold = 1000000);
