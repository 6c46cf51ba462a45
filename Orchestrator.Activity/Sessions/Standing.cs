using System.Runtime.InteropServices;
using Orchestrator.Activity.Visitors;

namespace Orchestrator.Activity.Sessions;

/// <summary>What a session contributes to figures: taken out as it was, and put in as it is, whenever an event changes it.</summary>
[StructLayout(LayoutKind.Auto)]
readonly record struct Standing
{
    /// <summary>The time of the first event.</summary>
    public required long StartMs { get; init; }

    /// <summary>From first to last event.</summary>
    public required long DurationMs { get; init; }

    /// <summary>How many events.</summary>
    public required int Events { get; init; }

    /// <summary>How many views.</summary>
    public required int Views { get; init; }

    /// <summary>The hour of the first view.</summary>
    public required int EntryHour { get; init; }

    /// <summary>Its page; null when there is no view.</summary>
    public required string? EntryPage { get; init; }

    /// <summary>The hour of the last view.</summary>
    public required int ExitHour { get; init; }

    /// <summary>Its page.</summary>
    public required string? ExitPage { get; init; }

    /// <summary>Where it came from.</summary>
    public required string Referrer { get; init; }

    /// <summary>The kind of device.</summary>
    public required DeviceKind Device { get; init; }
}
