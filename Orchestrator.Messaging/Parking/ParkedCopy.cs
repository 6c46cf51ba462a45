using System.Text;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Parking;

/// <summary>The copy of a parked message on its <c>.parked</c> topic, for others to see.</summary>
internal static class ParkedCopy
{
    public static OutgoingMessage Of(ParkedEntry entry, LaneId lane, DateTimeOffset now) => new(
        entry.Message.Origin.Topic + Topics.ParkedSuffix,
        entry.Message.Key,
        entry.Message.Id == Guid.Empty ? Guid.CreateVersion7(now) : entry.Message.Id,
        entry.Message.Contract?.Name ?? "unknown",
        lane.Source,
        entry.Message.Time,
        entry.Message.TraceParent,
        entry.Message.Raw.Body.Length <= OutgoingMessage.MaxBodyBytes ? entry.Message.Raw.Body : ReadOnlyMemory<byte>.Empty)
    {
        // Of another format than JSON it is as it came, and says so.
        ContentType = ConfluentFrame.Is(entry.Message.Raw.Body) ? ContentType(entry.Message.Raw) : null,
    };

    static string ContentType(RawMessage raw) =>
        raw.Headers.LastOrDefault(h => string.Equals(h.Key, CloudEventHeaders.ContentType, StringComparison.Ordinal)).Value is { } type ? Encoding.ASCII.GetString(type) : "application/octet-stream";
}
