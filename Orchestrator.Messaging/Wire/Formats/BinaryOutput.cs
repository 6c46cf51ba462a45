using System.Buffers.Binary;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Writes the primitives of Avro and Protobuf.</summary>
sealed class BinaryOutput
{
    byte[] _bytes = new byte[512];
    int _length;

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    /// <summary>A byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    /// <summary>Bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        _length += value.Length;
    }

    /// <summary>A number of 32 bits, the highest byte first.</summary>
    public void BigEndian(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Reserve(sizeof(int)), value);
        _length += sizeof(int);
    }

    /// <summary>A floating-point number of 64 bits.</summary>
    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
        _length += sizeof(double);
    }

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    public void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    /// <summary>A whole number with the sign in its lowest bit.</summary>
    public void ZigZag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Begins something that stands behind its length in bytes.</summary>
    /// <returns>To be given to <see cref="EndDelimited"/>.</returns>
    public int BeginDelimited()
    {
        Byte(0);
        return _length;
    }

    /// <summary>Writes the length of what was written since. Mostly a byte is enough for it, which was left free; else all is moved on.</summary>
    public void EndDelimited(int began)
    {
        var content = _length - began;
        var more = 0;
        for (var rest = content >> 7; rest > 0; rest >>= 7)
            more++;
        if (more > 0)
        {
            Reserve(more);
            _bytes.AsSpan(began, content).CopyTo(_bytes.AsSpan(began + more));
        }
        _length = began - 1;
        Varint((ulong)content);
        _length += content;
    }

    Span<byte> Reserve(int more)
    {
        if (_length + more > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
        return _bytes.AsSpan(_length);
    }
}
