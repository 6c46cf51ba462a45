using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Orchestrator.Broker.Protocol;

/// <summary>Writes the primitive types of Kafka's protocol into a buffer that grows. Dispose it to give the buffer back.</summary>
internal sealed class KafkaWriter : IDisposable
{
    byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    public void Int8(sbyte value) => Next(1)[0] = (byte)value;

    public void Boolean(bool value) => Int8(value ? (sbyte)1 : (sbyte)0);

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Next(2), value);

    public void Error(KafkaError value) => Int16((short)value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Next(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Next(8), value);

    public void UnsignedVarInt(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            Next(1)[0] = (byte)(value | 0x80);
        Next(1)[0] = (byte)value;
    }

    public void String(string? value)
    {
        if (value is null)
        {
            Int16(-1);
            return;
        }
        var length = Encoding.UTF8.GetByteCount(value);
        Int16(checked((short)length));
        Encoding.UTF8.GetBytes(value, Next(length));
    }

    /// <summary>A string of a flexible version.</summary>
    public void CompactString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        UnsignedVarInt((uint)length + 1);
        Encoding.UTF8.GetBytes(value, Next(length));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        value.CopyTo(Next(value.Length));
    }

    /// <summary>An array, each element written by <paramref name="element"/>.</summary>
    public void Array<T>(IReadOnlyCollection<T> elements, Action<KafkaWriter, T> element)
    {
        Int32(elements.Count);
        foreach (var one in elements)
            element(this, one);
    }

    /// <summary>An array of a flexible version, each element written by <paramref name="element"/>.</summary>
    public void CompactArray<T>(IReadOnlyCollection<T> elements, Action<KafkaWriter, T> element)
    {
        UnsignedVarInt((uint)elements.Count + 1);
        foreach (var one in elements)
            element(this, one);
    }

    /// <summary>The end of a structure of a flexible version, without tagged fields.</summary>
    public void NoTags() => UnsignedVarInt(0);

    /// <summary>Room for <paramref name="count"/> bytes to be filled in; give back what was not used with <see cref="Rewind"/>.</summary>
    public Span<byte> Next(int count)
    {
        if (Length + count > _buffer.Length)
            Grow(Length + count);
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }

    /// <summary>The last bytes that were written.</summary>
    public Span<byte> Last(int count) => _buffer.AsSpan(Length - count, count);

    public void Rewind(int length) => Length = length;

    /// <summary>Writes over an earlier number.</summary>
    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, 4), value);

    /// <inheritdoc cref="PatchInt32"/>
    public void PatchInt16(int position, short value) => BinaryPrimitives.WriteInt16BigEndian(_buffer.AsSpan(position, 2), value);

    void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }
}
