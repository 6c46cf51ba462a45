using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Ledger.Projections;

/// <summary>How projections are hosted. Section <c>Projections</c>; validated at start.</summary>
public sealed class ProjectionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Projections";

    /// <summary>How often a process looks which generations there are, in milliseconds. Default 500.</summary>
    [Range(20, 60_000)]
    public int LookMs { get; init; } = 500;

    /// <summary>The longest pause after a failure, in milliseconds; it doubles from <see cref="LookMs"/>. Default 5,000.</summary>
    [Range(20, 600_000)]
    public int MaxBackoffMs { get; init; } = 5_000;

    /// <summary>How many events one transaction copies from the store. Default 2,000.</summary>
    [Range(1, 20_000)]
    public int CopyBatch { get; init; } = 2_000;

    /// <summary>A generation that is being built takes over when no partition has more messages left to fold. Default 100.</summary>
    [Range(0, 1_000_000)]
    public int CaughtUpLag { get; init; } = 100;

    /// <summary>How long the tables of a generation stay after another has taken its place, for readers under way, in milliseconds. Default 60,000.</summary>
    [Range(0, 86_400_000)]
    public int KeepRetiredMs { get; init; } = 60_000;

    /// <summary>
    /// How long a projection's lane rests after a unit, in milliseconds, so that it folds more at a time: how far a quiet projection is behind. Default 250.
    /// </summary>
    [Range(0, 10_000)]
    public int RestMs { get; init; } = 250;
}
