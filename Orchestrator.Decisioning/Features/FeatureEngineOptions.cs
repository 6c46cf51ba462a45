using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Features;

/// <summary>The engine's bounds.</summary>
public sealed record FeatureEngineOptions
{
    /// <summary>How late an event may come, behind the newest one, and still be counted at its place.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The most keys of one kind in memory; beyond it idle ones go to the store, or are forgotten where there is none.</summary>
    [Range(1, 50_000_000)]
    public int MaxKeys { get; init; } = 250_000;

    /// <summary>The most events of one key; beyond it the oldest go, and the key's windows mean "at least".</summary>
    [Range(128, 1_000_000)]
    public int MaxEventsPerKey { get; init; } = 4_096;

    /// <summary>
    /// The most events that a lane remembers to have brought to keys that lanes share, so that those know them again after a restart; beyond it the oldest go, and shared
    /// windows mean "at least" from then on. About 70 bytes each, taken as they come.
    /// </summary>
    [Range(128, 16_777_216)]
    public int MaxShared { get; init; } = 262_144;

    /// <summary>
    /// A key of which the newest event is so far behind the watermark leaves memory. Where no store keeps it, it is forgotten: what comes next is its first
    /// event. Shorter than the longest window and its delay together, windows mean "at least".
    /// </summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromDays(60);

    /// <summary>
    /// The most keys of a lane, and of those that lanes share, that are kept as bytes after they have left memory, until they come back; beyond it those that were
    /// away for long are forgotten. Some hundred bytes each; a lane's are part of its snapshot.
    /// </summary>
    [Range(1, 50_000_000)]
    public int MaxIdle { get; init; } = 100_000;

    /// <summary>
    /// The most accounts of a lane of which it is remembered what their owners are doing; beyond it one that was not seen lately goes, and its payments have no features of
    /// it. Some 200 bytes each, taken as they come; part of the lane's snapshot.
    /// </summary>
    [Range(1, 50_000_000)]
    public int MaxActiveAccounts { get; init; } = 65_536;

    /// <summary>The ranges of what is no number.</summary>
    public const string Ranges = "Lateness is from 0 to 30 days, IdleAfter from an hour to ten years";

    /// <summary>What is out of <see cref="Ranges"/>; null when nothing is.</summary>
    public string? Problem => Lateness >= TimeSpan.Zero && Lateness <= TimeSpan.FromDays(30) && IdleAfter >= TimeSpan.FromHours(1) && IdleAfter <= TimeSpan.FromDays(3650)
        ? null
        : Ranges;

    /// <summary>Throws unless every number is in its range.</summary>
    /// <exception cref="ValidationException">One is not; the message names it.</exception>
    public void Validate()
    {
        Validator.ValidateObject(this, new ValidationContext(this), validateAllProperties: true);
        if (Problem is { } problem)
            throw new ValidationException(problem);
    }
}
