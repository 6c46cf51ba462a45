using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activity.Store;

/// <summary>How long what was stored of visitors is kept. Section <c>Activity:Retention</c>; validated at start.</summary>
public sealed class RetentionOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Activity:Retention";

    /// <summary>How long sessions are kept, days: what is personal of activity.</summary>
    [Range(1, 3_650)]
    public int SessionDays { get; init; } = 90;

    /// <summary>How long minutes stay minutes, and hours of pages stay hours, days; then they become hours, and days.</summary>
    [Range(2, 3_650)]
    public int MinuteDays { get; init; } = 30;

    /// <summary>How long figures are kept, days, and who asked for whom to be erased.</summary>
    [Range(31, 3_650)]
    public int BreakdownDays { get; init; } = 400;
}
