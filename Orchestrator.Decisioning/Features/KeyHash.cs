using System.Runtime.InteropServices;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// Names to 64-bit keys, the same in every process for ever: snapshots hold them. All bits of a name take part in all bits of its key, so keys may be
/// cut, combined and used as they are; combining two numbers by shifting would let a table's default hash fold them onto each other.
/// </summary>
public static class KeyHash
{
    const ulong First = 0xa076_1d64_78bd_642ful;
    const ulong Second = 0xe703_7ed1_a0b4_28dbul;

    /// <summary>The key of a name; 0 for none.</summary>
    public static ulong Of(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty)
            return 0;
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
        return NotZero(Fold(hash ^ rest, First));
    }

    /// <summary>The key of an id.</summary>
    public static ulong Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = id.TryWriteBytes(bytes);
        return Of(MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[sizeof(ulong)..]));
    }

    /// <summary>The key of a pair; the order counts.</summary>
    public static ulong Of(ulong first, ulong second) => NotZero(Fold(Fold(first ^ First, Second) ^ second, First));

    // The two halves of the product, folded: every bit of both factors reaches every bit of the result.
    static ulong Fold(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low ^ a;
    }

    // 0 means that there is no key.
    static ulong NotZero(ulong hash) => hash == 0 ? First : hash;
}
