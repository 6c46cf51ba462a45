namespace Orchestrator.Benchmarks.Load;

/// <summary>How transactions are submitted and what is measured.</summary>
sealed record LoadPlan
{
    public required int Partitions { get; init; }

    /// <summary>Closed loop: how many transactions of each partition are unfinished at any time.</summary>
    public int UnfinishedPerPartition { get; init; } = 1_000;

    /// <summary>Open loop: transactions a second, at fixed times whatever becomes of those before; null for a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>How long the generator gathers submissions into one batch.</summary>
    public double LingerMs { get; init; } = 1;

    /// <summary>How many transactions end before measuring begins.</summary>
    public required int WarmUp { get; init; }

    /// <summary>How long the load runs before measuring begins, at least: the runtime compiles hot code for some seconds.</summary>
    public TimeSpan WarmUpTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long is measured.</summary>
    public required TimeSpan Measure { get; init; }

    /// <summary>At least so many ends are measured, however long that takes.</summary>
    public int AtLeast { get; init; }

    /// <summary>Without any end for so long the run has failed.</summary>
    public TimeSpan StalledAfter { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>What was measured.</summary>
/// <param name="Completed">Transactions that completed in the window.</param>
/// <param name="OtherEnds">Those that ended otherwise in it.</param>
/// <param name="Window">How long it was.</param>
/// <param name="Latency">Submitted to end, of transactions that were due in the window; in an open loop from when they were due.</param>
/// <param name="Submitted">All that were submitted, warm-up included.</param>
/// <param name="AllCompleted">All that completed.</param>
/// <param name="EndedWhileCounted">Those that ended while it was counted what they cost.</param>
sealed record LoadFigures(
    long Completed, long OtherEnds, TimeSpan Window, LatencyRecorder Latency, long Submitted, long AllCompleted, long EndedWhileCounted)
{
    public double CompletedPerSecond => Completed / Window.TotalSeconds;
}
