using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Replay;

/// <summary>
/// The headers that a copy has beside those of its message, which it has unchanged, CloudEvents' among them: whoever drops duplicates by id drops a copy of what it has taken.
/// </summary>
public static class ReplayHeaders
{
    /// <summary>The replay's id.</summary>
    public const string Id = "orchestrator-replay-id";

    /// <summary>The topic that the message came from.</summary>
    public const string Topic = "orchestrator-replay-topic";

    /// <summary>The partition that it came from, which has the same number as the copy's.</summary>
    public const string Partition = "orchestrator-replay-partition";

    /// <summary>Its offset there.</summary>
    public const string Offset = "orchestrator-replay-offset";

    /// <summary>Its time in Kafka, milliseconds since 1970. The copy's own is when it was written, for retention goes by it.</summary>
    public const string Time = "orchestrator-replay-time";

    /// <summary>How many copies stand before this one in its partition: equal to the copy's own offset, or the topic is disturbed.</summary>
    public const string Sequence = "orchestrator-replay-sequence";

    /// <summary>What the replay needs to go on behind this copy: the partition's clock and how many bytes were copied, for itself.</summary>
    internal const string Marker = "orchestrator-replay-marker";

    /// <summary>The copy of a message.</summary>
    internal static Message<byte[], byte[]> Copy(Guid replayId, ScannedMessage message, long sequence, long bytes)
    {
        var (read, headers) = (message.Result, new Headers());
        foreach (var header in read.Message.Headers ?? [])
            headers.Add(header.Key, header.GetValueBytes());
        headers.Add(Id, Encoding.UTF8.GetBytes($"{replayId}"));
        headers.Add(Topic, Encoding.UTF8.GetBytes(read.Topic));
        headers.Add(Partition, Text(message.Partition));
        headers.Add(Offset, Text(message.Offset));
        headers.Add(Time, Text(read.Message.Timestamp.UnixTimestampMs));
        headers.Add(Sequence, Text(sequence));
        headers.Add(Marker, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{message.ClockMs} {bytes}")));
        return new Message<byte[], byte[]> { Key = read.Message.Key, Value = read.Message.Value, Headers = headers };
    }

    /// <summary>Reads what a replay needs to go on behind a copy; null when it is none of this replay's.</summary>
    internal static CopyMarker? Read(Guid replayId, Headers? headers)
    {
        if (!string.Equals(Wire.KafkaWire.Text(headers, Id), $"{replayId}", StringComparison.Ordinal)
            || Number(Wire.KafkaWire.Text(headers, Offset)) is not { } offset || Number(Wire.KafkaWire.Text(headers, Sequence)) is not { } sequence
            || Wire.KafkaWire.Text(headers, Marker)?.Split(' ') is not [var clock, var bytes] || Number(clock) is not { } clockMs || Number(bytes) is not { } copied)
        {
            return null;
        }
        return new CopyMarker(offset, sequence, clockMs, copied);
    }

    static byte[] Text(long number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));

    static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>What a copy says of where the replay had come to.</summary>
/// <param name="Offset">The offset that it was copied from.</param>
/// <param name="Sequence">How many copies stand before it.</param>
/// <param name="ClockMs">The partition's clock.</param>
/// <param name="Bytes">How many bytes were copied of the partition, this one among them.</param>
internal sealed record CopyMarker(long Offset, long Sequence, long ClockMs, long Bytes);
