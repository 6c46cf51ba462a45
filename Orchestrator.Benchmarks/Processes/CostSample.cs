namespace Orchestrator.Benchmarks.Processes;

/// <summary>Processor seconds of each process, and what PostgreSQL and the service counted, since they started.</summary>
sealed record CostSample(double Generator, double Service, double Broker, double Postgres, double WalBytes, long Commits, ChildFigures ServiceFigures)
{
    /// <summary>What each transaction cost since an earlier sample.</summary>
    public Dictionary<string, object?> PerTransaction(CostSample before, long transactions)
    {
        var (now, then) = (ServiceFigures, before.ServiceFigures);
        return new(StringComparer.Ordinal)
        {
            ["cpu_us_per_transaction"] = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["service"] = Micros(Service - before.Service),
                ["postgres"] = Micros(Postgres - before.Postgres),
                ["broker"] = Micros(Broker - before.Broker),
                ["generator"] = Micros(Generator - before.Generator),
            },
            ["wal_bytes_per_transaction"] = (WalBytes - before.WalBytes) / transactions,
            ["commits_per_transaction"] = (Commits - before.Commits) / (double)transactions,
            ["allocated_bytes_per_transaction"] = (now.AllocatedBytes - then.AllocatedBytes) / (double)transactions,
            ["service_resident_mb"] = now.WorkingSetBytes / 1e6,
            ["gc_pause_us_per_transaction"] = Micros(now.PauseSeconds - then.PauseSeconds),
            ["units_of_work"] = now.Units.ToDictionary(u => u.Key, u => Group(u.Value, then.Units.GetValueOrDefault(u.Key, UnitSums.None)), StringComparer.Ordinal),
        };

        double Micros(double seconds) => seconds * 1e6 / transactions;
    }

    static Dictionary<string, double> Group(UnitSums now, UnitSums then)
    {
        var units = now.Units - then.Units;
        return new(StringComparer.Ordinal)
        {
            ["count"] = units,
            ["messages_each"] = (now.Messages - then.Messages) / (double)Math.Max(1, units),
            ["ms_each"] = (now.Seconds - then.Seconds) * 1e3 / Math.Max(1, units),
        };
    }
}
