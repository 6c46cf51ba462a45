using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Messaging.Wire;

/// <summary>
/// Messages packed into one byte string, for one row of the outbox or of the timers. Format, little endian: a version byte (1), then for each
/// message its id (16 bytes), its time in ticks (8), and topic, key, type, source, trace parent and body, each behind its length (4; -1 for none). Where a body is not JSON the
/// version is 2, and each message's content type stands before its body in the same way.
/// </summary>
public static class PackedMessages
{
    const byte Version = 1;
    const byte VersionWithContentTypes = 2;

    /// <summary>Packs <paramref name="messages"/> in order.</summary>
    public static byte[] Pack(IReadOnlyList<OutgoingMessage> messages)
    {
        var size = 1;
        var hasContentTypes = false;
        foreach (var m in messages)
        {
            size += 24 + (6 * 4) + Bytes(m.Topic) + Bytes(m.Key) + Bytes(m.Type) + Bytes(m.Source) + Bytes(m.TraceParent) + Bytes(m.ContentType) + m.Body.Length;
            hasContentTypes |= m.ContentType is not null;
        }
        var packed = new byte[hasContentTypes ? size + (4 * messages.Count) : size];
        packed[0] = hasContentTypes ? VersionWithContentTypes : Version;
        var rest = packed.AsSpan(1);
        foreach (var m in messages)
        {
            m.Id.TryWriteBytes(rest);
            BinaryPrimitives.WriteInt64LittleEndian(rest[16..], m.Time.UtcTicks);
            rest = rest[24..];
            Text(ref rest, m.Topic);
            Text(ref rest, m.Key);
            Text(ref rest, m.Type);
            Text(ref rest, m.Source);
            Text(ref rest, m.TraceParent);
            if (hasContentTypes)
                Text(ref rest, m.ContentType);
            BinaryPrimitives.WriteInt32LittleEndian(rest, m.Body.Length);
            m.Body.Span.CopyTo(rest[4..]);
            rest = rest[(4 + m.Body.Length)..];
        }
        return packed;
    }

    /// <summary>Packs one message.</summary>
    public static byte[] Pack(OutgoingMessage message) => Pack([message]);

    /// <summary>The messages of <paramref name="packed"/>, in order.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut short, or of a version that this process does not know.</exception>
    public static List<OutgoingMessage> Unpack(byte[] packed)
    {
        if (packed.Length == 0 || packed[0] is not (Version or VersionWithContentTypes))
            throw new InvalidDataException("packed messages of an unknown version");
        var messages = new List<OutgoingMessage>();
        ReadOnlyMemory<byte> rest = packed.AsMemory(1);
        while (rest.Length > 0)
        {
            var id = new Guid(Take(ref rest, 16).Span);
            var ticks = BinaryPrimitives.ReadInt64LittleEndian(Take(ref rest, 8).Span);
            if (ticks < 0 || ticks > DateTimeOffset.MaxValue.Ticks)
                throw new InvalidDataException("packed messages with a time that is none");
            var (topic, key, type, source) = (Required(ref rest), Required(ref rest), Required(ref rest), Required(ref rest));
            var traceParent = Text(ref rest);
            var contentType = packed[0] == VersionWithContentTypes ? Text(ref rest) : null;
            var body = Take(ref rest, Length(ref rest));
            messages.Add(new OutgoingMessage(topic, key, id, type, source, new DateTimeOffset(ticks, TimeSpan.Zero), traceParent, body) { ContentType = contentType });
        }
        return messages;
    }

    static int Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);

    static void Text(ref Span<byte> rest, string? text)
    {
        var written = text is null ? -1 : Encoding.UTF8.GetBytes(text, rest[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(rest, written);
        rest = rest[(4 + Math.Max(written, 0))..];
    }

    static string Required(ref ReadOnlyMemory<byte> rest) => Text(ref rest) ?? throw new InvalidDataException("packed messages without a text that each has");

    static string? Text(ref ReadOnlyMemory<byte> rest) => Length(ref rest) is >= 0 and var length ? Encoding.UTF8.GetString(Take(ref rest, length).Span) : null;

    static int Length(ref ReadOnlyMemory<byte> rest) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref rest, 4).Span);

    static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        if (length < 0 || length > rest.Length)
            throw new InvalidDataException("packed messages that are cut short");
        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
