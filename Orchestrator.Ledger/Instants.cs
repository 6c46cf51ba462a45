namespace Orchestrator.Ledger;

/// <summary>Instants as the database keeps them.</summary>
static class Instants
{
    /// <summary>UTC in whole microseconds, so that what is answered now is what is read later.</summary>
    public static DateTimeOffset Stored(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks;
        return new DateTimeOffset(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }

    /// <summary>The later of two.</summary>
    public static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
