namespace Orchestrator.Decisioning.Features;

/// <summary>What only accounts remember: whom and what they met, and where they were.</summary>
sealed class AccountMemory(KeyPlan plan)
{
    /// <summary>How many bytes of it are asked for: it and what it consists of were made one after the other, and lie so.</summary>
    public const int Size = 128;

    /// <summary>Whom and what it met.</summary>
    public Acquaintances Met { get; } = new();

    /// <summary>Null where no place is asked for.</summary>
    public RecentPlaces? Places { get; } = plan.Places ? new RecentPlaces() : null;

    /// <summary>The time of its first event, Unix milliseconds.</summary>
    public long FirstMs { get; set; } = long.MaxValue;

    public long Bytes => 150 + (Places?.Bytes ?? 0) + Met.Bytes;

    /// <summary>Asks for what an event will look at.</summary>
    public void Ask()
    {
        Met.Ask();
        Places?.Ask();
    }
}
