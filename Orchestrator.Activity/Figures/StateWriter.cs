using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orchestrator.Activity.Sessions;

namespace Orchestrator.Activity.Figures;

/// <summary>Writes what a snapshot holds: numbers in groups of seven bits, so that most take one or two bytes.</summary>
readonly ref struct StateWriter(IBufferWriter<byte> bytes)
{
    /// <summary>A byte.</summary>
    public void Byte(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    /// <summary>Whether.</summary>
    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A number of any sign.</summary>
    public void Number(long value)
    {
        var span = bytes.GetSpan(10);
        var length = 0;
        var rest = (ulong)((value << 1) ^ (value >> 63));
        for (; rest >= 0x80; rest >>= 7)
            span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        bytes.Advance(length);
    }

    /// <summary>A number whose bits are all used.</summary>
    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(sizeof(ulong)), value);
        bytes.Advance(sizeof(ulong));
    }

    /// <summary>An id.</summary>
    public void Id(Guid value)
    {
        _ = value.TryWriteBytes(bytes.GetSpan(16));
        bytes.Advance(16);
    }

    /// <summary>A moment.</summary>
    public void Moment(in Moment value)
    {
        Number(value.Ms);
        Fixed(value.Id);
    }

    /// <summary>Bytes, and how many.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        bytes.Write(value);
    }

    /// <summary>A text, or none.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Number(-1);
            return;
        }
        var length = Encoding.UTF8.GetByteCount(value);
        Number(length);
        Encoding.UTF8.GetBytes(value, bytes.GetSpan(length));
        bytes.Advance(length);
    }
}
