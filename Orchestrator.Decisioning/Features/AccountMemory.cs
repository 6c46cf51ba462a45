namespace Orchestrator.Decisioning.Features;

/// <summary>What only accounts remember: their last amounts in order of size, whom and what they met, and where they were.</summary>
sealed class AccountMemory
{
    public AccountMemory(KeyPlan plan)
    {
        Amounts = plan.Median ? new RecentAmounts() : null;
        Met = new Acquaintances[plan.Counterparts.Length];
        for (var i = 0; i < Met.Length; i++)
            Met[i] = new Acquaintances();
        Places = plan.Places ? new RecentPlaces() : null;
    }

    /// <summary>Null where no median is asked for.</summary>
    public RecentAmounts? Amounts { get; }

    /// <summary>In the order of the plan's counterparts.</summary>
    public Acquaintances[] Met { get; }

    /// <summary>Null where no place is asked for.</summary>
    public RecentPlaces? Places { get; }

    /// <summary>The time of its first event, Unix milliseconds.</summary>
    public long FirstMs { get; set; } = long.MaxValue;

    public long Bytes
    {
        get
        {
            long bytes = 100 + (Amounts is null ? 0 : RecentAmounts.Bytes) + (Places?.Bytes ?? 0);
            foreach (var met in Met)
                bytes += met.Bytes;
            return bytes;
        }
    }
}
