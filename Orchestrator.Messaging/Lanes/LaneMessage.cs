using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Messaging.Lanes;

/// <summary>A message as a lane takes it: read, validated and identified.</summary>
public sealed class LaneMessage
{
    static readonly RawMessage Nothing = new(null, [], []);

    /// <summary>Where it was read; <see cref="MessageOrigin"/> says whether that is Kafka, a timer or the parked messages.</summary>
    public required MessageOrigin Origin { get; init; }

    /// <summary>The Kafka key. What shares a key takes effect in order.</summary>
    public required string Key { get; init; }

    /// <summary>Its identity in the inbox: the same id takes effect once per group.</summary>
    public required Guid Id { get; init; }

    /// <summary>How it travels; null when its type is unknown.</summary>
    public required MessageContract? Contract { get; init; }

    /// <summary>The message itself; null when it could not be read, see <see cref="Fault"/>.</summary>
    public required object? Body { get; init; }

    /// <summary>When it came about (ce_time), UTC; the broker's time when the publisher gave none.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>W3C trace context of the publisher, when there is one.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The bytes as they came, kept for parking.</summary>
    public required RawMessage Raw { get; init; }

    /// <summary>Why it cannot be taken; null for a good message.</summary>
    public Wire.BadMessageException? Fault { get; init; }

    /// <summary>Whether it is none of the group's: nothing of it was read, and nothing is done but to go on behind it.</summary>
    internal bool IsPassedOver { get; init; }

    /// <summary>Scheduling token when it is a timer's message.</summary>
    public Guid? TimerId { get; init; }

    /// <summary>The place of a message that is passed over.</summary>
    internal static LaneMessage PassedOver(string topic, long offset) => new()
    {
        Origin = new MessageOrigin(topic, offset),
        Key = "",
        Id = Guid.Empty,
        Contract = null,
        Body = null,
        Time = default,
        Raw = Nothing,
        IsPassedOver = true,
    };
}

/// <summary>Where a message was read from.</summary>
/// <param name="Topic">The topic; for a timer the topic that it would have come from.</param>
/// <param name="Offset">Its offset; -1 for a timer or a redriven message.</param>
public readonly record struct MessageOrigin(string Topic, long Offset);

/// <summary>A message's bytes and headers, untouched.</summary>
/// <param name="Key">Null when the message had none.</param>
/// <param name="Body">The value; empty for a tombstone.</param>
/// <param name="Headers">All headers, in order.</param>
public sealed record RawMessage(byte[]? Key, byte[] Body, IReadOnlyList<KeyValuePair<string, byte[]>> Headers);
