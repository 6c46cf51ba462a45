namespace Orchestrator.Api.Settings;

/// <summary>Finds what was meant.</summary>
static class Spelling
{
    const int MostSlips = 3;

    /// <summary>The nearest of <paramref name="known"/>; null when none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> known) =>
        known.Select(k => (Word: k, Slips: Slips(written.ToUpperInvariant(), k.ToUpperInvariant()))).Where(k => k.Slips <= Math.Min(MostSlips, k.Word.Length / 3))
            .OrderBy(k => k.Slips).ThenBy(k => k.Word, StringComparer.Ordinal).Select(k => k.Word).FirstOrDefault();

    /// <summary>How many letters have to be changed, added or taken away (Levenshtein).</summary>
    public static int Slips(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)), row[j]);
        }
        return row[^1];
    }
}
