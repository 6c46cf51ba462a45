namespace Orchestrator.Activity;

/// <summary>What a lane's engine is bounded by.</summary>
sealed record EngineBounds
{
    /// <summary>The gap that ends a session.</summary>
    public long GapMs { get; init; } = 30 * 60_000;

    /// <summary>How late an event may be and still count.</summary>
    public long LatenessMs { get; init; } = 10 * 60_000;

    /// <summary>How many visitors the lane remembers.</summary>
    public int MaxVisitors { get; init; } = 125_000;

    /// <summary>How long a session goes on before it is observed again.</summary>
    public long ObserveEveryMs { get; init; } = 1_000;

    /// <summary>The most events of a session.</summary>
    public int MaxSessionEvents { get; init; } = 10_000;

    /// <summary>The most pages, referrers and devices of an hour that are told apart.</summary>
    public int MaxKeysAnHour { get; init; } = 2_000;

    /// <summary>The most pages, referrers and devices of the last half hour that are told apart.</summary>
    public int MaxLiveKeys { get; init; } = 500;

    /// <summary>The most sessions of one hand-over; the others are in the next.</summary>
    public int MaxSessionsADelta { get; init; } = 2_000;

    /// <summary>The most sessions of forgotten visitors that wait to be stored; those beyond are not.</summary>
    public int MaxOrphans { get; init; } = 50_000;

    /// <summary>The most ids of events, and with it the memory that they take, over all sessions.</summary>
    public long MaxIds => Math.Max(64L * MaxVisitors, 2L * MaxSessionEvents);

    /// <summary>The most sessions in memory.</summary>
    public int MaxSessions => 3 * MaxVisitors;

    /// <summary>The bounds of one of so many lanes.</summary>
    public static EngineBounds Of(ActivityOptions options, int lanes) => new()
    {
        GapMs = options.SessionGapMinutes * 60_000L,
        LatenessMs = options.AllowedLatenessMinutes * 60_000L,
        MaxVisitors = Math.Max(1, options.MaxVisitors / Math.Max(1, lanes)),
        ObserveEveryMs = options.ObserveEveryMs,
    };
}
