using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning.Screening;

/// <summary>How much a name has to resemble one on a list; section <c>Decisioning:Screening</c>. Validated at start.</summary>
public sealed class ScreeningOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning:Screening";

    /// <summary>From which likeness on an entry is a hit, of 1000: 1000 are the same letters in any order of the parts; 850 allows about one slip in seven letters.</summary>
    [Range(500, 1_000)]
    public int Threshold { get; init; } = 850;
}
