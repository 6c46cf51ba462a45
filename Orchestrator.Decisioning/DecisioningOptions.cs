using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning;

/// <summary>What lanes that decide keep; section <c>Decisioning</c>. Thresholds are the rule set's. Validated at start.</summary>
public sealed class DecisioningOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning";

    /// <summary>How many accounts' histories a lane keeps in memory (about 0.5 KiB each).</summary>
    [Range(100, 10_000_000)]
    public int HistoriesPerLane { get; init; } = 20_000;
}
