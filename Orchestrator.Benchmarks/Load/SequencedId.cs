using System.Buffers.Binary;

namespace Orchestrator.Benchmarks.Load;

/// <summary>UUIDs of version 7 that carry a transaction's number, so that its end is recognised without a table.</summary>
static class SequencedId
{
    /// <param name="sequence">The number, below 2^48.</param>
    /// <param name="nonce">Tells apart the ids that one number may have.</param>
    /// <param name="now">The time it is ordered by.</param>
    public static Guid Of(long sequence, int nonce, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        // The last eight bytes but two bits, which are the variant.
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], sequence);
        bytes[8] = 0x80;
        bytes[9] = (byte)nonce;
        return new Guid(bytes, bigEndian: true);
    }

    public static long SequenceOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) & 0xffff_ffff_ffff;
    }
}
