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
}
