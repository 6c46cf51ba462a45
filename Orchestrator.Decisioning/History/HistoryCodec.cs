using System.Text;

namespace Orchestrator.Decisioning.History;

/// <summary>An account's history as bytes: a version, then each currency, then the times as differences. Some 30 bytes for a quiet account.</summary>
public static class HistoryCodec
{
    const byte Version = 1;

    /// <summary>Writes <paramref name="history"/>.</summary>
    public static byte[] Write(AccountHistory history)
    {
        using var bytes = new MemoryStream(capacity: 64);
        using var writer = new BinaryWriter(bytes, Encoding.ASCII);
        writer.Write(Version);
        writer.Write7BitEncodedInt(history.AmountsByCurrency.Count);
        foreach (var (currency, amounts) in history.AmountsByCurrency)
        {
            writer.Write(currency);
            writer.Write7BitEncodedInt64(amounts.Count);
            writer.Write(amounts.Mean);
            writer.Write(amounts.SquaredDeviations);
        }
        writer.Write7BitEncodedInt(history.Times.UnixMs.Count);
        var previous = 0L;
        foreach (var time in history.Times.UnixMs)
        {
            writer.Write7BitEncodedInt64(time - previous);
            previous = time;
        }
        return bytes.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a history that this version knows.</exception>
    public static AccountHistory Read(byte[] state)
    {
        using var reader = new BinaryReader(new MemoryStream(state, writable: false), Encoding.ASCII);
        try
        {
            var version = reader.ReadByte();
            if (version != Version)
                throw new InvalidDataException($"An account history of version {version}; this process reads {Version}");
            var amounts = new SortedDictionary<string, RunningStatistics>(StringComparer.Ordinal);
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
                amounts.Add(reader.ReadString(), new RunningStatistics(reader.Read7BitEncodedInt64(), reader.ReadDouble(), reader.ReadDouble()));
            var count = reader.Read7BitEncodedInt();
            if (count is < 0 or > RecentTimes.Capacity)
                throw new InvalidDataException($"An account history of {count} times; {RecentTimes.Capacity} is the most");
            var times = new List<long>(count);
            for (var time = 0L; count > 0; count--)
                times.Add(time += reader.Read7BitEncodedInt64());
            return new AccountHistory(amounts, new RecentTimes(times));
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("An account history that ends too early", e);
        }
    }
}
