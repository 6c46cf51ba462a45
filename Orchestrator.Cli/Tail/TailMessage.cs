using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Orchestrator.Cli.Tail;

/// <summary>A message as <c>tail</c> shows it. Bytes that are not text are shown in base64.</summary>
public sealed class TailMessage
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    readonly Lazy<JsonElement?> _json;

    /// <summary>Takes a message from the consumer.</summary>
    /// <param name="read">The message.</param>
    /// <param name="body">Its body as JSON, whatever its format is.</param>
    public TailMessage(ConsumeResult<byte[], byte[]> read, byte[]? body)
        : this(
            read.Topic,
            read.Partition.Value,
            read.Offset.Value,
            new DateTimeOffset(read.Message.Timestamp.UtcDateTime, TimeSpan.Zero),
            Text(read.Message.Key),
            (read.Message.Headers ?? []).Select(h => new KeyValuePair<string, string?>(h.Key, Text(h.GetValueBytes()))).ToList(),
            Text(body))
    {
    }

    /// <summary>A message by its parts.</summary>
    public TailMessage(
        string topic, int partition, long offset, DateTimeOffset time, string? key, IReadOnlyList<KeyValuePair<string, string?>> headers, string? body)
    {
        (Topic, Partition, Offset, Time, Key, Headers, Body) = (topic, partition, offset, time, key, headers, body);
        _json = new(Parse);
    }

    /// <summary>The topic.</summary>
    public string Topic { get; }

    /// <summary>The partition.</summary>
    public int Partition { get; }

    /// <summary>The offset.</summary>
    public long Offset { get; }

    /// <summary>The broker's time, UTC.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Null when it has none.</summary>
    public string? Key { get; }

    /// <summary>All, in order; a name may occur twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Headers { get; }

    /// <summary>Null for a tombstone.</summary>
    public string? Body { get; }

    /// <summary>ce_type.</summary>
    public string? Type => Header("ce_type");

    /// <summary>The body as JSON; null when it is none.</summary>
    public JsonElement? Json => _json.Value;

    /// <summary>The last header of this name.</summary>
    public string? Header(string name) => Headers.LastOrDefault(h => h.Key == name).Value;

    JsonElement? Parse()
    {
        try
        {
            return Body is null ? null : JsonSerializer.Deserialize<JsonElement>(Body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? Text(byte[]? bytes)
    {
        try
        {
            return bytes is null ? null : Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return "base64:" + Convert.ToBase64String(bytes!);
        }
    }
}
