using System.Numerics;
using System.Runtime.InteropServices;

namespace Orchestrator.Broker.Records;

/// <summary>The checksum of record batches: CRC-32C (Castagnoli), RFC 3720 appendix B.4.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes))
            crc = BitOperations.Crc32C(crc, eight);
        foreach (var one in bytes[(bytes.Length & ~7)..])
            crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
