using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Ledger.Statements;

/// <summary>Configuration section <c>Ledger:Statements</c>.</summary>
public sealed class StatementOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger:Statements";

    /// <summary>
    /// How far before its closing a month's cut lies, in minutes: longer than a unit of work takes from its decision to its commit, and than clocks of
    /// processes differ. A month can be closed this long after its end at the earliest; the job that closes months runs two hours after it. Default 5.
    /// </summary>
    [Range(1, 120)]
    public int SettleMinutes { get; init; } = 5;
}
