using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Backtests.Jobs;

/// <summary>How backtests that were asked for over HTTP are worked on; section <c>Decisioning:Backtests</c>. Validated at start.</summary>
public sealed class BacktestJobsOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning:Backtests";

    /// <summary>How often a process looks whether one waits, milliseconds.</summary>
    [Range(50, 60_000)]
    public int PollMs { get; init; } = 1_000;

    /// <summary>How long a lease lasts, milliseconds: what a dead process leaves is taken up again after it. It is renewed three times as often.</summary>
    [Range(500, 600_000)]
    public int LeaseMs { get; init; } = 30_000;

    /// <summary>How many may wait and run; more are refused.</summary>
    [Range(1, 1_000)]
    public int MostOpen { get; init; } = 20;

    /// <summary>
    /// How long it rests after each thousand transactions, as a multiple of what they took: with 1, half of a processor is left to what decides live. 0 for no rest.
    /// </summary>
    [Range(0, 100)]
    public double RestToWork { get; init; } = 1;

    /// <summary>How many keys of a kind features remember in a backtest, up to half a kilobyte each and more for busy ones.</summary>
    [Range(1_000, 50_000_000)]
    public int MaxKeys { get; init; } = 1_000_000;

    /// <summary>How many days a backtest that has ended is kept.</summary>
    [Range(1, 3_650)]
    public int KeptDays { get; init; } = 400;
}
