using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Api.Jobs;

/// <summary>How recurring jobs behave. Section <c>Jobs</c>; validated at start.</summary>
public sealed class JobOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Jobs";

    /// <summary>How often a process asks whether a job waits, seconds. Each time is one small query.</summary>
    [Range(1, 300)]
    public int PollSeconds { get; init; } = 5;

    /// <summary>How long after its deadline a transaction that has not moved is taken for stuck, minutes. Its timer may be late while a lane moves to another process.</summary>
    [Range(1, 10_080)]
    public int OverdueMinutes { get; init; } = 15;

    /// <summary>After how many hours people are reminded of a transaction that was asked again too often; then once a day.</summary>
    [Range(1, 720)]
    public int RemindAfterHours { get; init; } = 1;

    /// <summary>How long runs of jobs, and which alerts they raised, are kept, days.</summary>
    [Range(2, 3_650)]
    public int RunDays { get; init; } = 30;

    /// <summary>How long the audit of parked messages is kept, days.</summary>
    [Range(1, 36_500)]
    public int AuditDays { get; init; } = 400;

    /// <summary>How often a message whose cause was a passing one is taken again by itself.</summary>
    [Range(0, 100)]
    public int TransientRedrives { get; init; } = 3;
}
