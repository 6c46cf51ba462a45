namespace Orchestrator.Ledger.Reconciliation;

/// <summary>
/// The UUIDs in a reference: of a command or a transaction. Banks print them in upper case, leave the hyphens out, and put their own text right before
/// or after; so a row of a few more than 32 hexadecimal digits may hold one at several places.
/// </summary>
public static class ReferenceIds
{
    /// <summary>The most that one reference is taken to hold.</summary>
    public const int Max = 12;

    const int Digits = 32;
    const int WithHyphens = 36;

    // A longer row of digits is something else: a hash, a key.
    const int LongestRow = Digits + 8;

    /// <summary>All of them, each once, from left to right; never the one that is all zeros.</summary>
    public static IReadOnlyList<Guid> Of(ReadOnlySpan<char> reference)
    {
        List<Guid>? found = null;
        var at = 0;
        while (at <= reference.Length - Digits && found is not { Count: Max })
        {
            var rest = reference[at..];
            if (rest.Length >= WithHyphens && Guid.TryParseExact(rest[..WithHyphens], "D", out var id))
            {
                Add(ref found, id);
                at += WithHyphens;
                continue;
            }
            var row = rest.IndexOfAnyExcept(HexDigits);
            if (row < 0)
                row = rest.Length;
            if (row < Digits)
            {
                at++;
                continue;
            }
            for (var i = 0; row <= LongestRow && i + Digits <= row; i++)
                Add(ref found, Guid.ParseExact(rest.Slice(i, Digits), "N"));
            // The last eight digits may begin one that has hyphens.
            at += row - 8;
        }
        return found ?? (IReadOnlyList<Guid>)[];
    }

    static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    static void Add(ref List<Guid>? found, Guid id)
    {
        if (id == Guid.Empty)
            return;
        found ??= [];
        if (found.Count < Max && !found.Contains(id))
            found.Add(id);
    }
}
