namespace Orchestrator.Ledger.Projections;

/// <summary>
/// When and how hard PostgreSQL looks after tables of a projection: as seldom as it can, and slowly, for what it takes it takes from the lanes. The numbers
/// are those of the ledger's own tables (migrations 0050 and 0051, where the reasons are).
/// </summary>
public static class StorageSql
{
    /// <summary>Storage parameters of a table that rows are only added to.</summary>
    public const string Growing =
        "autovacuum_vacuum_insert_threshold = 500000, autovacuum_analyze_threshold = 1000000, autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100";

    /// <summary>Storage parameters of a table whose rows are updated on their page, of no column that is indexed.</summary>
    public const string Updated =
        "autovacuum_vacuum_threshold = 20000, autovacuum_analyze_threshold = 1000000, autovacuum_vacuum_cost_delay = 10, autovacuum_vacuum_cost_limit = 100";
}
