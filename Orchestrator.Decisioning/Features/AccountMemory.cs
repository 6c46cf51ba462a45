namespace Orchestrator.Decisioning.Features;

/// <summary>What only accounts remember: whom and what they met, and where they were.</summary>
sealed class AccountMemory
{
    public AccountMemory(KeyPlan plan)
    {
        Met = new Acquaintances[plan.Counterparts.Length];
        for (var i = 0; i < Met.Length; i++)
            Met[i] = new Acquaintances();
        Places = plan.Places ? new RecentPlaces() : null;
    }

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
            long bytes = 100 + (Places?.Bytes ?? 0);
            foreach (var met in Met)
                bytes += met.Bytes;
            return bytes;
        }
    }

    /// <summary>Brings near what an event will look at.</summary>
    public long Near()
    {
        var near = Places is { Count: > 0 } places ? places[places.Count - 1].AtMs : 0;
        foreach (var met in Met)
            near ^= met.Near();
        return near;
    }
}
