using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Health;

/// <summary>What /metrics shows: the names of its series, with the labels that each has, and the type of each metric.</summary>
sealed partial class Exposition
{
    readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);

    public Exposition(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n'))
        {
            if (Types().Match(line) is { Success: true } type)
                Metrics[type.Groups["name"].Value] = type.Groups["type"].Value;
            else if (Series().Match(line) is { Success: true } series)
                LabelsOf(series.Groups["name"].Value).UnionWith(Labels().Matches(series.Groups["labels"].Value).Select(l => l.Groups["label"].Value));
        }
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The type of each metric.</summary>
    public SortedDictionary<string, string> Metrics { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether there is a series of that name.</summary>
    public bool Has(string series) => _labels.ContainsKey(series);

    /// <summary>The labels of a metric's series, without those that every one has or that its type brings.</summary>
    public IReadOnlyList<string> OwnLabels(string metric) =>
        [.. _labels.Where(s => s.Key == metric || s.Key == metric + "_bucket").SelectMany(s => s.Value)
            .Where(l => l != "le" && !l.StartsWith("otel_scope_", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether a series of that name has the label; Prometheus itself brings those of the process that it has scraped.</summary>
    public bool Has(string series, string label) => label is "instance" or "job" || (_labels.TryGetValue(series, out var labels) && labels.Contains(label));

    HashSet<string> LabelsOf(string series)
    {
        if (!_labels.TryGetValue(series, out var labels))
            _labels[series] = labels = new HashSet<string>(StringComparer.Ordinal);
        return labels;
    }

    [GeneratedRegex(@"^# TYPE (?<name>\S+) (?<type>\S+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Types();

    [GeneratedRegex(@"^(?<name>\w+)({(?<labels>.*)})? \S+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Series();

    [GeneratedRegex(@"(?<label>\w+)=""([^""\\]|\\.)*""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Labels();
}
