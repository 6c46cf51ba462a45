using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Ledger.Chain;

/// <summary>
/// Turns events into canonical bytes and those into the links of a chain. The layout is documented in docs/design/ledger.md and fixed by golden vectors:
/// whoever changes it breaks every chain that exists. A new column gets the next tag; rows that do not have it keep the bytes they always had.
/// One instance serves one caller at a time, with one buffer.
/// </summary>
sealed class EventHasher
{
    const byte Layout = 1;

    readonly ArrayBufferWriter<byte> _bytes = new(512);

    /// <summary>The hash before a chain's first event.</summary>
    public static byte[] Genesis(Guid chainId, short lane)
    {
        var label = "orchestrator/ledger-chain/1"u8;
        Span<byte> bytes = stackalloc byte[label.Length + 16 + sizeof(short)];
        label.CopyTo(bytes);
        chainId.TryWriteBytes(bytes[label.Length..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt16BigEndian(bytes[^sizeof(short)..], lane);
        return SHA256.HashData(bytes);
    }

    /// <summary>The hash of <paramref name="e"/> after <paramref name="previous"/>.</summary>
    public byte[] Next(ReadOnlySpan<byte> previous, in ChainedEvent e)
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(previous);
        Write(e);
        return SHA256.HashData(_bytes.WrittenSpan);
    }

    /// <summary>The canonical bytes of <paramref name="e"/>.</summary>
    public byte[] Canonical(in ChainedEvent e)
    {
        _bytes.ResetWrittenCount();
        Write(e);
        return _bytes.WrittenSpan.ToArray();
    }

    void Write(in ChainedEvent e)
    {
        Byte(Layout);
        Int16(e.Lane);
        Int64(e.Sequence);
        Text(e.AccountId);
        Int64(e.Version);
        Int16(e.Type);
        Int64(e.AmountMinor);
        Uuid(e.CommandId);
        Int64(e.EffectiveAtMicros);
        Int64(e.RecordedAtMicros);
        Optional(Tag.TransactionId, e.TransactionId);
        Optional(Tag.HoldId, e.HoldId);
        Optional(Tag.ContraAccountId, e.ContraAccountId);
        Optional(Tag.ContraVersion, e.ContraVersion);
        Optional(Tag.Reason, e.Reason);
        Optional(Tag.ReleasedMinor, e.ReleasedMinor);
        Optional(Tag.ExpiresAt, e.ExpiresAtMicros);
        Optional(Tag.CounterpartyAccountId, e.CounterpartyAccountId);
        Optional(Tag.ReversesTransactionId, e.ReversesTransactionId);
    }

    void Optional(Tag tag, Guid? value)
    {
        if (value is not { } present)
            return;
        Byte((byte)tag);
        Uuid(present);
    }

    void Optional(Tag tag, long? value)
    {
        if (value is not { } present)
            return;
        Byte((byte)tag);
        Int64(present);
    }

    void Optional(Tag tag, string? value)
    {
        if (value is null)
            return;
        Byte((byte)tag);
        Text(value);
    }

    void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    void Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_bytes.GetSpan(sizeof(short)), value);
        _bytes.Advance(sizeof(short));
    }

    void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    void Uuid(Guid value)
    {
        value.TryWriteBytes(_bytes.GetSpan(16), bigEndian: true, out var written);
        _bytes.Advance(written);
    }

    void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        BinaryPrimitives.WriteInt32BigEndian(_bytes.GetSpan(sizeof(int)), length);
        _bytes.Advance(sizeof(int));
        _bytes.Advance(Encoding.UTF8.GetBytes(value, _bytes.GetSpan(length)));
    }

    // The numbers are hashed: never another meaning for one of them, and always in this order.
    enum Tag : byte
    {
        TransactionId = 1,
        HoldId = 2,
        ContraAccountId = 3,
        ContraVersion = 4,
        Reason = 5,
        ReleasedMinor = 6,
        ExpiresAt = 7,
        CounterpartyAccountId = 8,
        ReversesTransactionId = 9,
    }
}
