using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Wire;

/// <summary>Between our messages and Kafka's: CloudEvents binary mode, both ways.</summary>
public static class KafkaWire
{
    static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    static readonly byte[] JsonContent = "application/json"u8.ToArray();

    /// <summary>The Kafka message of <paramref name="message"/>.</summary>
    public static Message<byte[], byte[]> ToKafka(OutgoingMessage message)
    {
        var headers = new Headers
        {
            new Header(CloudEventHeaders.SpecVersion, SpecVersion),
            new Header(CloudEventHeaders.Id, Ascii(message.Id)),
            new Header(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(message.Type)),
            new Header(CloudEventHeaders.Source, Encoding.UTF8.GetBytes(message.Source)),
            new Header(CloudEventHeaders.Time, Ascii(message.Time)),
            message.ContentType is null ? JsonContentHeader : new Header(CloudEventHeaders.ContentType, Encoding.ASCII.GetBytes(message.ContentType)),
        };
        if (message.TraceParent is { } traceParent)
            headers.Add(CloudEventHeaders.TraceParent, Encoding.ASCII.GetBytes(traceParent));
        return new Message<byte[], byte[]>
        {
            Key = Encoding.UTF8.GetBytes(message.Key),
            Value = message.Body.ToArray(),
            Headers = headers,
        };
    }

    /// <summary>A Kafka message whose headers are mostly the same from one to the next: those that are given are shared.</summary>
    internal static Message<byte[], byte[]> ToKafka(
        byte[] key, byte[] body, Guid id, DateTimeOffset time, IHeader type, IHeader source, byte[]? traceParent, string? contentType = null)
    {
        var headers = new Headers
        {
            SpecVersionHeader,
            new Header(CloudEventHeaders.Id, Ascii(id)),
            type,
            source,
            new Header(CloudEventHeaders.Time, Ascii(time)),
            contentType is null ? JsonContentHeader : new Header(CloudEventHeaders.ContentType, Encoding.ASCII.GetBytes(contentType)),
        };
        if (traceParent is not null)
            headers.Add(CloudEventHeaders.TraceParent, traceParent);
        return new Message<byte[], byte[]> { Key = key, Value = body, Headers = headers };
    }

    static readonly Header SpecVersionHeader = new(CloudEventHeaders.SpecVersion, SpecVersion);
    static readonly Header JsonContentHeader = new(CloudEventHeaders.ContentType, JsonContent);

    /// <summary>The value of the last header called <paramref name="name"/>, as text; null when there is none.</summary>
    public static string? Text(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>
    /// The inbox's id of a message: ce_id where it is a UUID, else the first 16 bytes of SHA-256 over source, a line feed and id,
    /// for by CloudEvents only source and id together are unique.
    /// </summary>
    public static Guid InboxId(string id, string? source)
    {
        if (Guid.TryParse(id, out var guid))
            return guid;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{id}"), hash);
        return new Guid(hash[..16], bigEndian: true);
    }

    static byte[] Ascii(Guid id)
    {
        var bytes = new byte[36];
        Utf8Formatter.TryFormat(id, bytes, out _);
        return bytes;
    }

    static byte[] Ascii(DateTimeOffset time)
    {
        var bytes = new byte["2000-01-01T00:00:00.000000Z".Length];
        time.UtcDateTime.TryFormat(bytes, out _, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return bytes;
    }
}
