using System.Globalization;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>What whoever reads a result has to know besides its numbers.</summary>
static class BacktestNotes
{
    public static IReadOnlyList<string> Of(
        BacktestParts parts, IBacktestHistory history, DateTimeOffset wantedFrom, DateTimeOffset? first, long repeated, FeatureEngineReport features)
    {
        var notes = new List<string>();
        if (parts.Rules.Lists.Count > 0)
        {
            notes.Add(parts.ListsVersion is { } version
                ? $"Lists are as they are now, version {version}, and not as they were then."
                : "There are no lists here: those that rules look into count as empty.");
        }
        if (first is null)
            notes.Add("There is no history of this time.");
        else if (!history.HasOlder)
            notes.Add($"History begins with {Time(first.Value)}; windows want it from {Time(wantedFrom)} on, and saw less at first.");
        if (history.Skipped > 0)
            notes.Add($"{Number(history.Skipped)} could not be replayed: what was kept of them does not say enough.");
        if (repeated > 0)
            notes.Add($"{Number(repeated)} came again and count once.");
        if (features.Kinds.Sum(k => k.Counts.Truncated) is var truncated and > 0)
            notes.Add($"{Number(truncated)} events were dropped early, because their account, terminal or the like had more than {Number(parts.Features.MaxEventsPerKey)}.");
        foreach (var kind in features.Kinds.Where(k => k.Keys >= parts.Features.MaxKeys))
            notes.Add($"There were more than {Number(parts.Features.MaxKeys)} keys of the kind {kind.Kind.Name()}; those unused for the longest time were forgotten.");
        return notes;
    }

    static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
