using System.Buffers.Binary;
using Orchestrator.Broker.Protocol;

namespace Orchestrator.Broker.Records;

/// <summary>
/// The header of a record batch of format 2 (https://kafka.apache.org/documentation/#recordbatch). The broker never looks behind it: records stay
/// as the producer made them, compressed or not. Only its own control batches it reads (<see cref="ControlBatch"/>).
/// </summary>
internal readonly ref struct RecordBatch(Span<byte> bytes)
{
    public const int HeaderBytes = 61;

    const int LengthAt = 8;
    const int EpochAt = 12;
    const int MagicAt = 16;
    const int CrcAt = 17;
    const int AttributesAt = 21;
    const int LastOffsetDeltaAt = 23;
    const int BaseTimestampAt = 27;
    const int MaxTimestampAt = 35;
    const int ProducerIdAt = 43;
    const int ProducerEpochAt = 51;
    const int BaseSequenceAt = 53;
    const int CountAt = 57;
    const byte Magic = 2;
    const short TransactionalBit = 1 << 4;
    const short ControlBit = 1 << 5;

    readonly Span<byte> _bytes = bytes;

    /// <summary>The whole batch in bytes, as its header says.</summary>
    public int TotalBytes => BinaryPrimitives.ReadInt32BigEndian(_bytes[LengthAt..]) is var length and >= HeaderBytes - EpochAt and < int.MaxValue - EpochAt
        ? length + EpochAt
        : -1;

    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_bytes);

    /// <summary>It is part of a transaction: attributes, bit 4.</summary>
    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    /// <summary>It holds no record for applications, but what the broker says itself (<see cref="ControlBatch"/>): attributes, bit 5.</summary>
    public bool IsControl => (Attributes & ControlBit) != 0;

    short Attributes => BinaryPrimitives.ReadInt16BigEndian(_bytes[AttributesAt..]);

    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_bytes[LastOffsetDeltaAt..]);

    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Milliseconds since 1970, UTC.</summary>
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[MaxTimestampAt..]);

    /// <summary>-1 when the producer is not idempotent.</summary>
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_bytes[ProducerIdAt..]);

    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_bytes[ProducerEpochAt..]);

    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_bytes[BaseSequenceAt..]);

    public int Count => BinaryPrimitives.ReadInt32BigEndian(_bytes[CountAt..]);

    /// <summary>Looks at the first batch of <paramref name="bytes"/>.</summary>
    /// <returns>What is wrong with it; nothing when it is whole, of format 2 and its checksum is right.</returns>
    public static KafkaError Check(Span<byte> bytes, int maxBytes)
    {
        if (bytes.Length < HeaderBytes)
            return KafkaError.CorruptMessage;
        if (bytes[MagicAt] != Magic)
            return KafkaError.UnsupportedForMessageFormat;
        var batch = new RecordBatch(bytes);
        if (batch.TotalBytes > maxBytes)
            return KafkaError.MessageTooLarge;
        if (batch.TotalBytes < HeaderBytes || batch.TotalBytes > bytes.Length || batch.Count < 1 || batch.LastOffsetDelta != batch.Count - 1)
            return KafkaError.CorruptMessage;
        var crc = BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcAt..]);
        return Crc32C.Of(bytes[AttributesAt..batch.TotalBytes]) == crc ? KafkaError.None : KafkaError.CorruptMessage;
    }

    /// <summary>Gives the batch its place. The checksum covers neither field.</summary>
    public void Place(long baseOffset)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(_bytes[EpochAt..], 0);
    }

    /// <summary>How the transaction has ended, of a control batch.</summary>
    public bool IsCommit => ControlBatch.IsCommit(_bytes);

    /// <summary>Writes the header of a control batch of one record, which stands behind it already, checksum included.</summary>
    public static void WriteControlHeader(Span<byte> batch, long producerId, short epoch, long timestamp)
    {
        BinaryPrimitives.WriteInt32BigEndian(batch[LengthAt..], batch.Length - EpochAt);
        batch[MagicAt] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], TransactionalBit | ControlBit);
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseTimestampAt..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[ProducerIdAt..], producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[ProducerEpochAt..], epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[BaseSequenceAt..], -1);
        BinaryPrimitives.WriteInt32BigEndian(batch[CountAt..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], Crc32C.Of(batch[AttributesAt..]));
    }
}
