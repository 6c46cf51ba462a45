using System.Runtime.InteropServices;

namespace Orchestrator.Activity;

/// <summary>What became of an event.</summary>
enum Taken
{
    /// <summary>It counts.</summary>
    Counted,

    /// <summary>It was counted before.</summary>
    Duplicate,

    /// <summary>It came too late.</summary>
    Late,

    /// <summary>Its session has as many events as one may have.</summary>
    Flooding,
}

/// <summary>What is to be said of a known customer's session.</summary>
/// <param name="CustomerId">The customer; null when nothing is to be said.</param>
/// <param name="AtMs">The event's time.</param>
/// <param name="SessionStartMs">When the session began.</param>
/// <param name="IsFirst">Whether it is the first of its session.</param>
/// <param name="Views">How many page views the session has.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="SessionsInHour">How many sessions of the visitor were there in the hour up to the event.</param>
/// <param name="IsOnNewDevice">Whether the session brought a device on which the visitor was not seen before.</param>
/// <param name="LoginMs">When the customer logged in last during the session; null when that was not seen.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct Observation(
    string? CustomerId, long AtMs, long SessionStartMs, bool IsFirst, int Views, int Events, int SessionsInHour, bool IsOnNewDevice, long? LoginMs);
