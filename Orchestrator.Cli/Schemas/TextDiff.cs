namespace Orchestrator.Cli.Schemas;

/// <summary>The lines in which two texts differ.</summary>
static class TextDiff
{
    /// <summary>What is taken out (-) and put in (+), in order.</summary>
    public static IReadOnlyList<(char Mark, string Line)> Lines(IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        // The longest common subsequence of what is left, from each place on.
        var common = new int[from.Count + 1, to.Count + 1];
        for (var i = from.Count - 1; i >= 0; i--)
        {
            for (var j = to.Count - 1; j >= 0; j--)
                common[i, j] = Same(from[i], to[j]) ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }
        var lines = new List<(char, string)>();
        var (a, b) = (0, 0);
        while (a < from.Count || b < to.Count)
        {
            if (a < from.Count && b < to.Count && Same(from[a], to[b]))
                (a, b) = (a + 1, b + 1);
            else if (b == to.Count || (a < from.Count && common[a + 1, b] >= common[a, b + 1]))
                lines.Add(('-', from[a++]));
            else
                lines.Add(('+', to[b++]));
        }
        return lines;
    }

    static bool Same(string one, string other) => string.Equals(one, other, StringComparison.Ordinal);
}
