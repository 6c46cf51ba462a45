using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Health;

/// <summary>What a question for Prometheus names: its metrics, each with the labels by which it is chosen, and the labels by which results are grouped.</summary>
sealed partial record PromQuery(IReadOnlyList<(string Metric, IReadOnlyList<string> Labels)> Metrics, IReadOnlyList<string> GroupedBy)
{
    static readonly string[] Words = ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right", "inf", "nan"];

    public static PromQuery Of(string text)
    {
        var grouped = Grouping().Matches(text).SelectMany(m => Names(m.Groups["labels"].Value)).Distinct(StringComparer.Ordinal).ToList();
        var rest = Ranges().Replace(Grouping().Replace(text, " "), " ");
        var metrics = Selectors().Matches(rest)
            .Where(m => !Words.Contains(m.Groups["name"].Value, StringComparer.OrdinalIgnoreCase))
            .Select(m => (m.Groups["name"].Value, (IReadOnlyList<string>)[.. Matchers().Matches(m.Groups["matchers"].Value).Select(l => l.Groups["label"].Value)]))
            .ToList();
        return new PromQuery(metrics, grouped);
    }

    static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\[[^\]]*\]", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Ranges();

    // A name that no bracket of a call follows, and its matchers; numbers with a unit begin with a digit.
    [GeneratedRegex(@"(?<![\w:""])(?<name>[a-zA-Z_:][\w:]*)(?!\s*\()\b\s*({(?<matchers>[^}]*)})?", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Selectors();

    [GeneratedRegex(@"(?<label>\w+)\s*(=~|!~|!=|=)\s*""[^""]*""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Matchers();
}
