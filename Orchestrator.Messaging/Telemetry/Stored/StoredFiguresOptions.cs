using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Messaging.Telemetry.Stored;

/// <summary>How often the database and the cluster are looked at for metrics. Section <c>Telemetry</c>; validated at start.</summary>
public sealed class StoredFiguresOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Telemetry";

    /// <summary>How long there is between two looks, in seconds. Default 15.</summary>
    [Range(1, 3_600)]
    public int SampleSeconds { get; init; } = 15;
}
