using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Orchestrator.Messaging.Wire.Formats;

/// <summary>Reads the primitives of Avro and Protobuf from the front of a body. What is not there, or cannot be, is a fault of the message.</summary>
/// <param name="bytes">What is read.</param>
/// <param name="code">The fault's name.</param>
[StructLayout(LayoutKind.Auto)]
ref struct BinaryCursor(ReadOnlySpan<byte> bytes, string code)
{
    const int MaxShift = 63;

    readonly int _length = bytes.Length;
    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes were read.</summary>
    public readonly int Position => _length - _rest.Length;

    /// <summary>How many are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift <= MaxShift; shift += 7)
        {
            var next = Byte();
            if (shift == MaxShift && next > 1)
                break;
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
        throw Bad("a number of more than 64 bits");
    }

    /// <summary>A whole number with the sign in its lowest bit.</summary>
    public long ZigZag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>A floating-point number of 64 bits; one that JSON has, so neither infinite nor not a number.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))) is var value && double.IsFinite(value) ? value : throw Bad("a number that is not finite");

    /// <summary>One of 32 bits.</summary>
    public float Float() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float))) is var value && float.IsFinite(value) ? value : throw Bad("a number that is not finite");

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Take(long length)
    {
        if (length < 0 || length > _rest.Length)
            throw Bad($"{length} bytes are said to follow, and {_rest.Length} do");
        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    /// <summary>So many bytes, which are text.</summary>
    public ReadOnlySpan<byte> TakeText(long length) => Take(length) is var text && Utf8.IsValid(text) ? text : throw Bad("a text that is not UTF-8");

    /// <summary>What is wrong, and how far it was read.</summary>
    public readonly BadMessageException Bad(string what) => new(code, $"{what}, at byte {Position} behind the frame");
}
