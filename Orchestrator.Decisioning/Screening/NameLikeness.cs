namespace Orchestrator.Decisioning.Screening;

/// <summary>How much two texts are alike, by the slips that lead from the one to the other: a letter more, less or another, or two that changed places.</summary>
static class NameLikeness
{
    /// <summary>The most that two names can be alike.</summary>
    public const int Most = 1_000;

    /// <summary>How many slips two texts of at most <paramref name="longest"/> letters may be apart and still be alike by <paramref name="threshold"/> of 1000.</summary>
    public static int Allowed(int longest, int threshold) => longest * (Most - threshold) / Most;

    /// <summary>The likeness of two texts that are <paramref name="slips"/> apart, of 1000.</summary>
    public static int Of(int slips, int longest) => longest == 0 ? Most : Most - (Most * slips / longest);

    /// <summary>How many slips lead from <paramref name="a"/> to <paramref name="b"/>; one more than <paramref name="bound"/> where they are more than that.</summary>
    public static int Slips(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int bound)
    {
        if (Math.Abs(a.Length - b.Length) > bound)
            return bound + 1;
        // Three rows of the table: the one that is filled, the one before it, and that before, for letters that changed places.
        var width = b.Length + 1;
        Span<int> rows = stackalloc int[3 * width];
        var before = rows[..width];
        var last = rows[width..(2 * width)];
        var row = rows[(2 * width)..];
        for (var j = 0; j < width; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            var least = i;
            for (var j = 1; j < width; j++)
            {
                var best = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, before[j - 2] + 1);
                row[j] = best;
                least = Math.Min(least, best);
            }
            // Two letters that change places reach back two rows.
            if (least > bound + 1)
                return bound + 1;
            var free = before;
            before = last;
            last = row;
            row = free;
        }
        return Math.Min(last[b.Length], bound + 1);
    }
}
