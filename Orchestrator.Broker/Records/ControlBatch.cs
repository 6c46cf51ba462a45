using System.Buffers.Binary;

namespace Orchestrator.Broker.Records;

/// <summary>
/// The batch by which a broker says in a partition how a producer's transaction has ended there: one control record, which takes an offset and which clients
/// never hand to applications (Kafka's documentation, "Message Format", "Control Batches"; KIP-98, "Control Messages").
/// </summary>
internal static class ControlBatch
{
    /// <summary>How large it is.</summary>
    public const int TotalBytes = RecordBatch.HeaderBytes + RecordBytes;

    // The record: its length, attributes, two deltas, the key with its length, the value with its length, no headers. Lengths are zigzag numbers of one byte.
    const int RecordBytes = 17;
    const int TypeAt = RecordBatch.HeaderBytes + 7;
    const short Aborted = 0;
    const short Committed = 1;

    /// <summary>Writes one; its place in the partition is yet to be given.</summary>
    /// <param name="to">As many bytes as it takes.</param>
    /// <param name="producerId">Whose transaction has ended.</param>
    /// <param name="epoch">The producer's epoch; what comes of an earlier one is refused from here on.</param>
    /// <param name="committed">How it has ended.</param>
    /// <param name="timestamp">Milliseconds since 1970, UTC.</param>
    public static void Write(Span<byte> to, long producerId, short epoch, bool committed, long timestamp)
    {
        to.Clear();
        var record = to[RecordBatch.HeaderBytes..];
        record[0] = (RecordBytes - 1) << 1;
        record[4] = 4 << 1; // the key: version 0, and the type
        BinaryPrimitives.WriteInt16BigEndian(to[TypeAt..], committed ? Committed : Aborted);
        record[9] = 6 << 1; // the value: version 0, and the coordinator's epoch, of which a broker that is alone has one
        RecordBatch.WriteControlHeader(to, producerId, epoch, timestamp);
    }

    /// <summary>How the transaction has ended of which a control batch tells.</summary>
    public static bool IsCommit(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt16BigEndian(batch[TypeAt..]) == Committed;
}
