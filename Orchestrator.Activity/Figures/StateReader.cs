using System.Buffers.Binary;
using System.Text;
using Orchestrator.Activity.Sessions;
using Orchestrator.Activity.Visitors;

namespace Orchestrator.Activity.Figures;

/// <summary>Reads what <see cref="StateWriter"/> wrote, to the end of a stream, and refuses all else with <see cref="InvalidDataException"/>.</summary>
sealed class StateReader(Stream stream)
{
    const int MaxText = 16 << 10;

    readonly byte[] _buffer = new byte[64 << 10];
    readonly TextCache _texts = new();
    int _at;
    int _end;

    /// <summary>A byte.</summary>
    public byte Byte()
    {
        if (_at == _end)
            Fill(1);
        return _buffer[_at++];
    }

    /// <summary>Whether.</summary>
    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        _ => throw new InvalidDataException("The snapshot is damaged: neither yes nor no"),
    };

    /// <summary>A number of any sign.</summary>
    public long Number()
    {
        var value = 0ul;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return (long)(value >> 1) ^ -(long)(value & 1);
        }
        throw new InvalidDataException("The snapshot is damaged: a number that does not end");
    }

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public int Count(int most)
    {
        var count = Number();
        return count >= 0 && count <= most ? (int)count : throw new InvalidDataException($"The snapshot is damaged: {count} where {most} is the most");
    }

    /// <summary>A number whose bits are all used.</summary>
    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>An id.</summary>
    public Guid Id() => new(Take(16));

    /// <summary>A moment.</summary>
    public Moment Moment() => new(Number(), Fixed());

    /// <summary>Bytes.</summary>
    public byte[] Bytes(int most) => Take(Count(most)).ToArray();

    /// <summary>A text, or none.</summary>
    public string? Text()
    {
        var length = Number();
        if (length == -1)
            return null;
        if (length is < 0 or > MaxText)
            throw new InvalidDataException($"The snapshot is damaged: a text of {length} bytes");
        return _texts.Get(Encoding.UTF8.GetString(Take((int)length)));
    }

    /// <summary>A kind of device.</summary>
    public DeviceKind Device()
    {
        var kind = Byte();
        return kind < DeviceKinds.Count ? (DeviceKind)kind : throw new InvalidDataException("The snapshot is damaged: a kind of device that does not exist");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _at < count)
            Fill(count);
        var taken = _buffer.AsSpan(_at, count);
        _at += count;
        return taken;
    }

    void Fill(int count)
    {
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        (_at, _end) = (0, _end - _at);
        _end += stream.ReadAtLeast(_buffer.AsSpan(_end), count - _end, throwOnEndOfStream: false);
        if (_end < count)
            throw new InvalidDataException("The snapshot ends too early");
    }
}
