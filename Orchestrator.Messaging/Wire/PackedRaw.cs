using System.Text;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Wire;

/// <summary>A raw message as one byte string, for a row of the parked messages: key, headers and body just as they came.</summary>
public static class PackedRaw
{
    const byte Version = 1;

    /// <summary>Packs <paramref name="raw"/>.</summary>
    public static byte[] Pack(RawMessage raw)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        Bytes(writer, raw.Key);
        writer.Write(raw.Headers.Count);
        foreach (var (name, value) in raw.Headers)
        {
            writer.Write(name);
            Bytes(writer, value);
        }
        Bytes(writer, raw.Body);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Pack"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut short, or of a version that this process does not know.</exception>
    public static RawMessage Unpack(byte[] packed)
    {
        using var reader = new BinaryReader(new MemoryStream(packed), Encoding.UTF8);
        try
        {
            if (reader.ReadByte() != Version)
                throw new InvalidDataException("a packed raw message of an unknown version");
            var key = Bytes(reader);
            var count = reader.ReadInt32();
            // No header takes less than a byte for its name and four for its length: a damaged count must not take the memory.
            if (count < 0 || count > packed.Length / 5)
                throw new EndOfStreamException();
            var headers = new KeyValuePair<string, byte[]>[count];
            for (var i = 0; i < headers.Length; i++)
                headers[i] = new(reader.ReadString(), Bytes(reader) ?? []);
            return new RawMessage(key, Bytes(reader) ?? [], headers);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or IOException)
        {
            throw new InvalidDataException("a packed raw message that is damaged or cut short", e);
        }
    }

    static void Bytes(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? -1);
        writer.Write(bytes ?? []);
    }

    static byte[]? Bytes(BinaryReader reader)
    {
        var length = reader.ReadInt32();
        if (length < 0)
            return null;
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        return length <= left ? reader.ReadBytes(length) : throw new EndOfStreamException();
    }
}
