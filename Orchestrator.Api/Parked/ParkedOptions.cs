using System.ComponentModel.DataAnnotations;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Parked;

/// <summary>What may be done with parked messages. Section <c>Parked</c>; validated at start.</summary>
public sealed class ParkedOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Parked";

    /// <summary>Whether parked messages may be edited, by two people each time. Default no: what was published is the publisher's, and a mended one is better published anew.</summary>
    public bool AllowEdits { get; init; }

    /// <summary>How long an edit that was proposed can be approved, hours. Default 24.</summary>
    [Range(1, 720)]
    public int EditHours { get; init; } = 24;

    /// <summary>How many messages a second are taken again where nothing else is said. Default 50.</summary>
    [Range(1, Redrive.MaxRate)]
    public int RedriveRate { get; init; } = 50;
}
