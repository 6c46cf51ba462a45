using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Cli.Simulation;

/// <summary>The canonical hash of a simulated data set, by which two implementations of the simulator can be compared.</summary>
public static class HandbookHash
{
    /// <summary>
    /// SHA-256, lower-case hex, over one line a transaction (<c>second,customer,terminal,amount,fraud,scenario</c>, the amount with two
    /// decimals), sorted by those columns.
    /// </summary>
    public static string Of(IEnumerable<HandbookTransaction> transactions)
    {
        var rows = transactions.ToArray();
        Array.Sort(rows, static (a, b) => (a.Second, a.Customer, a.Terminal, a.AmountMinor, a.Scenario)
            .CompareTo((b.Second, b.Customer, b.Terminal, b.AmountMinor, b.Scenario)));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> line = stackalloc byte[128];
        foreach (var row in rows)
        {
            if (!Utf8Format(row, line, out var length))
                throw new InvalidOperationException("A row does not fit a line.");
            hash.AppendData(line[..length]);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static bool Utf8Format(HandbookTransaction row, Span<byte> line, out int length) =>
        System.Text.Unicode.Utf8.TryWrite(
            line,
            CultureInfo.InvariantCulture,
            $"{row.Second},{row.Customer},{row.Terminal},{row.AmountMinor / 100}.{row.AmountMinor % 100:00},{(row.IsFraud ? 1 : 0)},{row.Scenario}\n",
            out length);
}
