using System.Buffers;
using System.Buffers.Binary;

namespace Orchestrator.Decisioning.Features;

/// <summary>
/// A key's state as bytes. Sums are left out: they follow from the events. Whatever the bytes are, reading them gives a state whose parts fit together, or
/// an <see cref="InvalidDataException"/>.
/// </summary>
static class KeyStateCodec
{
    const byte Version = 1;

    /// <summary>The most bytes of a state with this many events.</summary>
    public static int MaxBytes(int maxEvents) => 64 + (maxEvents * 25) + (Acquaintances.Capacity * 28) + (RecentPlaces.Capacity * 26);

    public static void Write(KeyState state, IBufferWriter<byte> bytes)
    {
        var writer = new ByteWriter(bytes);
        writer.Byte(Version);
        writer.Number(state.Events.Count);
        long previous = 0;
        foreach (ref readonly var e in state.Events.All)
        {
            writer.Number(e.AtMs - previous);
            writer.Number(e.Amount);
            writer.Fixed(e.Tag);
            writer.Byte((byte)e.Marks);
            previous = e.AtMs;
        }
        if (state.Account is not { } account)
            return;
        writer.Number(account.FirstMs);
        var met = account.Met;
        writer.Number(met.Count);
        for (var i = 0; i < met.Count; i++)
        {
            writer.Fixed(met[i].Key);
            writer.Number(met[i].FirstMs);
            writer.Number(met[i].LastMs - met[i].FirstMs);
        }
        if (account.Places is not { } places)
            return;
        writer.Number(places.Count);
        for (var i = 0; i < places.Count; i++)
        {
            writer.Number(places[i].AtMs);
            writer.Fixed(BitConverter.DoubleToUInt64Bits(places[i].Latitude));
            writer.Fixed(BitConverter.DoubleToUInt64Bits(places[i].Longitude));
        }
    }

    /// <exception cref="InvalidDataException">The bytes are not a state that this version knows.</exception>
    public static KeyState Read(KeyPlan plan, int maxEvents, ReadOnlySpan<byte> bytes)
    {
        var reader = new ByteReader(bytes);
        if (reader.Byte() != Version)
            throw new InvalidDataException("A key's state of another version");
        var state = new KeyState(plan);
        var time = 0L;
        for (var left = reader.Count(maxEvents); left > 0; left--)
        {
            time += reader.Number(FeatureEngine.MaxTimeMs);
            if (time >= FeatureEngine.MaxTimeMs)
                throw new InvalidDataException("A key's event after the end of time");
            var amount = reader.Number(FeatureEvent.MaxAmount);
            state.Load(new KeyEvent { AtMs = time, Amount = amount, Tag = reader.Fixed32(), Marks = Marks(reader.Byte()) });
        }
        if (state.Account is { } account)
            ReadAccount(account, ref reader);
        if (!reader.IsAtEnd)
            throw new InvalidDataException("A key's state goes on after its end");
        state.Recount();
        return state;
    }

    static void ReadAccount(AccountMemory account, ref ByteReader reader)
    {
        account.FirstMs = reader.Number(long.MaxValue);
        for (var left = reader.Count(Acquaintances.Capacity); left > 0; left--)
        {
            var key = reader.Fixed64();
            var first = reader.Number(FeatureEngine.MaxTimeMs);
            if (account.Met.Has(key))
                throw new InvalidDataException("A counterpart is there twice");
            account.Met.Add(key, first, first + reader.Number(FeatureEngine.MaxTimeMs));
        }
        if (account.Places is not { } places)
            return;
        var last = 0L;
        for (var left = reader.Count(RecentPlaces.Capacity); left > 0; left--)
        {
            var place = new Place(
                reader.Number(FeatureEngine.MaxTimeMs), BitConverter.UInt64BitsToDouble(reader.Fixed64()), BitConverter.UInt64BitsToDouble(reader.Fixed64()));
            if (place.AtMs < last || !(Math.Abs(place.Latitude) <= 90) || !(Math.Abs(place.Longitude) <= 180))
                throw new InvalidDataException("A place that does not exist, or out of order");
            last = place.AtMs;
            places.Add(place);
        }
    }

    static EventMarks Marks(byte marks) =>
        marks <= (byte)(EventMarks.High | EventMarks.VeryHigh | EventMarks.Fraud | EventMarks.Declined) ? (EventMarks)marks : throw new InvalidDataException("Marks that do not exist");
}

/// <summary>Writes numbers.</summary>
readonly ref struct ByteWriter(IBufferWriter<byte> bytes)
{
    public void Byte(byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    /// <summary>A number that is not negative, in groups of seven bits, the lowest first.</summary>
    public void Number(long value)
    {
        var span = bytes.GetSpan(10);
        var length = 0;
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7)
            span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        bytes.Advance(length);
    }

    public void Fixed(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(sizeof(uint)), value);
        bytes.Advance(sizeof(uint));
    }

    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(sizeof(ulong)), value);
        bytes.Advance(sizeof(ulong));
    }
}

/// <summary>Reads what <see cref="ByteWriter"/> wrote, and refuses all else.</summary>
ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _left = bytes;

    public readonly bool IsAtEnd => _left.IsEmpty;

    public byte Byte() => Take(1)[0];

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public int Count(int most) => (int)Number(most);

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public long Number(long most)
    {
        var value = 0ul;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            if (shift == 63 && part > 1)
                break;
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value <= (ulong)most ? (long)value : throw new InvalidDataException($"The number {value} where {most} is the most");
        }
        throw new InvalidDataException("A number that does not end");
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (_left.Length < count)
            throw new InvalidDataException("The bytes end too early");
        var taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
