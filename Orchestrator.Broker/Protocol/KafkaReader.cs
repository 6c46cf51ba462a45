using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Broker.Protocol;

/// <summary>Reads the primitive types of Kafka's protocol, in order (https://kafka.apache.org/protocol#protocol_types).</summary>
/// <param name="bytes">A request without its length; what is read as bytes points into it.</param>
internal sealed class KafkaReader(ReadOnlyMemory<byte> bytes)
{
    const int ReservedElements = 1_024;

    // What is no UTF-8 would come back longer than it came, and as another name.
    static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    int _at;

    public int Remaining => bytes.Length - _at;

    public sbyte Int8() => (sbyte)Take(1)[0];

    public bool Boolean() => Int8() != 0;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public uint UnsignedVarInt()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new ProtocolException("a variable-length number is too long");
    }

    /// <summary>A string that must be there.</summary>
    public string String() => NullableString() ?? throw new ProtocolException("a string is null");

    public string? NullableString()
    {
        var length = Int16();
        return length < 0 ? null : Text(Take(length));
    }

    public string? CompactNullableString()
    {
        var length = checked((int)UnsignedVarInt()) - 1;
        return length < 0 ? null : Text(Take(length));
    }

    /// <summary>A string of a flexible version that must be there.</summary>
    public string CompactString() => CompactNullableString() ?? throw new ProtocolException("a string is null");

    static string Text(ReadOnlySpan<byte> value)
    {
        try
        {
            return Utf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw new ProtocolException("a string is not UTF-8");
        }
    }

    /// <summary>A slice of the request; empty when null.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        var length = Int32();
        if (length < 0)
            return default;
        Take(length);
        return bytes.Slice(_at - length, length);
    }

    /// <summary>How many elements follow; -1 when the array is null.</summary>
    public int ArrayLength()
    {
        // An element takes a byte at least.
        var length = Int32();
        return length <= Remaining ? length : throw new ProtocolException($"an array of {length} elements in {Remaining} bytes");
    }

    /// <summary>An array, each element read by <paramref name="element"/>; empty when null.</summary>
    public List<T> Array<T>(Func<KafkaReader, T> element)
    {
        var length = ArrayLength();
        var elements = new List<T>(Math.Clamp(length, 0, ReservedElements));
        for (var i = 0; i < length; i++)
            elements.Add(element(this));
        return elements;
    }

    /// <summary>How many elements follow in a flexible version; -1 when the array is null.</summary>
    public int CompactArrayLength()
    {
        var length = UnsignedVarInt();
        return length <= (uint)Remaining + 1 ? (int)length - 1 : throw new ProtocolException($"an array of {length - 1} elements in {Remaining} bytes");
    }

    /// <summary>An array of a flexible version, each element read by <paramref name="element"/>; empty when null.</summary>
    public List<T> CompactArray<T>(Func<KafkaReader, T> element)
    {
        var length = CompactArrayLength();
        var elements = new List<T>(Math.Clamp(length, 0, ReservedElements));
        for (var i = 0; i < length; i++)
            elements.Add(element(this));
        return elements;
    }

    /// <summary>Passes over the tagged fields at the end of a flexible structure.</summary>
    public void SkipTags()
    {
        for (var left = UnsignedVarInt(); left > 0; left--)
        {
            UnsignedVarInt();
            Take(checked((int)UnsignedVarInt()));
        }
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            throw new ProtocolException($"{count} bytes are needed where {Remaining} are left");
        _at += count;
        return bytes.Span.Slice(_at - count, count);
    }
}

/// <summary>A request is not what the protocol says.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
