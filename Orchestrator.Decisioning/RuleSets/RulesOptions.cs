using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>How a process follows the rules in force; section <c>Decisioning:Rules</c>. Validated at start.</summary>
public sealed class RulesOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning:Rules";

    /// <summary>How often it is asked whether another rule set is in force or a list has changed, milliseconds.</summary>
    [Range(50, 60_000)]
    public int PollMs { get; init; } = 1_000;

    /// <summary>How long the rules of one transaction may take, milliseconds; those whose turn comes later count by their defaults.</summary>
    [Range(1, 10_000)]
    public int DeadlineMs { get; init; } = 50;

    /// <summary>A file with a rule set, as JSON, that decides in place of the built-in rules while none is live; none by default.</summary>
    public string? File { get; init; }
}
