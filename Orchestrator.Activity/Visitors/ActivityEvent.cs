using System.Runtime.InteropServices;
using Orchestrator.Contracts.Activity;

namespace Orchestrator.Activity.Visitors;

/// <summary>What the engine counts: an event with all that is not counted left out.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct ActivityEvent
{
    /// <summary>Identifies it.</summary>
    public required Guid EventId { get; init; }

    /// <summary>When it was done, in milliseconds since 1970.</summary>
    public required long TimeMs { get; init; }

    /// <summary>What was done.</summary>
    public required ActivityType Type { get; init; }

    /// <summary>Who.</summary>
    public required string VisitorId { get; init; }

    /// <summary>The path, of a page view.</summary>
    public string? Page { get; init; }

    /// <summary>The host that the visitor came from; null when from nowhere else.</summary>
    public string? Referrer { get; init; }

    /// <summary>The kind of device.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>The very device, as far as is known.</summary>
    public uint DeviceHash { get; init; }

    /// <summary>The customer, when known.</summary>
    public string? CustomerId { get; init; }

    /// <summary>What the site calls it, of a custom event.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the visitor has logged in.</summary>
    public bool IsLogin => Type == ActivityType.Custom && string.Equals(Name, ActivityRecorded.Login, StringComparison.Ordinal);
}
