using System.Runtime.InteropServices;

namespace Orchestrator.Messaging.Wire;

/// <summary>Names and ids as 64-bit numbers, the same in every process for ever: snapshots hold them. All bits of a name take part in all bits of its number.</summary>
public static class NameHash
{
    const ulong First = 0xa076_1d64_78bd_642ful;
    const ulong Second = 0xe703_7ed1_a0b4_28dbul;

    /// <summary>The number of a name.</summary>
    public static ulong Of(ReadOnlySpan<char> name)
    {
        var bytes = MemoryMarshal.AsBytes(name);
        var hash = Fold((ulong)bytes.Length ^ First, Second);
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Fold(hash ^ MemoryMarshal.Read<ulong>(bytes), Second);
            bytes = bytes[sizeof(ulong)..];
        }
        var rest = 0ul;
        for (var i = 0; i < bytes.Length; i++)
            rest |= (ulong)bytes[i] << (8 * i);
        return Fold(hash ^ rest, First);
    }

    /// <summary>The number of an id.</summary>
    public static ulong Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes);
        return Of(MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[sizeof(ulong)..]));
    }

    /// <summary>The number of a pair; the order counts.</summary>
    public static ulong Of(ulong first, ulong second) => Fold(Fold(first ^ First, Second) ^ second, First);

    // The two halves of the product, folded: every bit of both factors reaches every bit of the result.
    static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low ^ a;
    }
}
