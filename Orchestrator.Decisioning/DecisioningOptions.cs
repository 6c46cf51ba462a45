using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Decisioning;

/// <summary>
/// How lanes that decide run; section <c>Decisioning</c>. What features remember is bounded by <see cref="Features.FeatureEngineOptions"/>, section
/// <c>Decisioning:Features</c>; thresholds are the rule set's. Validated at start.
/// </summary>
public sealed class DecisioningOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Decisioning";

    /// <summary>The section of <see cref="Features.FeatureEngineOptions"/>.</summary>
    public const string FeaturesSection = Section + ":Features";

    /// <summary>How long a lane works on after a snapshot of what it remembers before it takes the next, seconds.</summary>
    [Range(1, 3_600)]
    public int SnapshotSeconds { get; init; } = 60;

    /// <summary>After how many messages a lane takes a snapshot whatever the time: so many are gone through again after a crash.</summary>
    [Range(100, 10_000_000)]
    public int SnapshotMessages { get; init; } = 50_000;

    /// <summary>
    /// How long decisions are made, marked as degraded, while the database does not answer, seconds. What may happen twice meanwhile stands in
    /// docs/design/streams.md. Zero for not at all.
    /// </summary>
    [Range(0, 86_400)]
    public int WithoutStoreSeconds { get; init; } = 600;
}
