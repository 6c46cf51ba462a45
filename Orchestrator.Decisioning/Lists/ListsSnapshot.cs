using System.Collections.Frozen;

namespace Orchestrator.Decisioning.Lists;

/// <summary>All lists as they were at one version: what one decision looks into stays the same while it is made.</summary>
/// <param name="version">The version: every change to any list makes the next.</param>
/// <param name="lists">The lists by name.</param>
public sealed class ListsSnapshot(long version, IReadOnlyDictionary<string, ListEntries> lists)
{
    readonly FrozenDictionary<string, ListEntries> _lists = lists.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>No lists at all: a rule that names one fails.</summary>
    public static ListsSnapshot None { get; } = new(0, new Dictionary<string, ListEntries>(StringComparer.Ordinal));

    /// <summary>The version.</summary>
    public long Version { get; } = version;

    /// <summary>Every list's name.</summary>
    public IReadOnlyCollection<string> Names => _lists.Keys;

    /// <summary>A list; null when it is not loaded.</summary>
    public ListEntries? Find(string name) => _lists.GetValueOrDefault(name);
}
