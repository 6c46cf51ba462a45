using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>A field that differs.</summary>
/// <param name="Field">Its path.</param>
/// <param name="From">What it was; absent where it was not there.</param>
/// <param name="To">What it is.</param>
public sealed record FieldChange(string Field, JsonNode? From, JsonNode? To);

/// <summary>A rule that is in both and differs.</summary>
/// <param name="Name">The rule.</param>
/// <param name="Changes">Each field that differs.</param>
public sealed record RuleChange(string Name, IReadOnlyList<FieldChange> Changes);

/// <summary>What differs between two rule sets.</summary>
/// <param name="Settings">What differs beside the rules.</param>
/// <param name="Added">Rules that only the second has.</param>
/// <param name="Removed">Rules that only the first has.</param>
/// <param name="Changed">Rules that both have and that differ.</param>
/// <param name="Reordered">Whether rules that both have come in another order.</param>
public sealed record RuleSetDiff(
    IReadOnlyList<FieldChange> Settings, IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<RuleChange> Changed, bool Reordered)
{
    /// <summary>What differs.</summary>
    public static RuleSetDiff Of(RuleSetContent from, RuleSetContent to)
    {
        var (first, second) = (Json(from), Json(to));
        var (before, after) = (Rules(first), Rules(second));
        first.Remove("rules");
        second.Remove("rules");
        var kept = before.Select(r => r.Name).Where(n => after.Exists(r => r.Name == n)).ToList();
        return new RuleSetDiff(
            Fields(first, second),
            [.. after.Select(r => r.Name).Except(kept, StringComparer.Ordinal)],
            [.. before.Select(r => r.Name).Except(kept, StringComparer.Ordinal)],
            [.. kept.Select(n => new RuleChange(n, Fields(before.Find(r => r.Name == n).Rule, after.Find(r => r.Name == n).Rule))).Where(c => c.Changes.Count > 0)],
            !kept.SequenceEqual(after.Select(r => r.Name).Where(n => kept.Contains(n, StringComparer.Ordinal)), StringComparer.Ordinal));
    }

    static JsonObject Json(RuleSetContent content) => JsonNode.Parse(RuleSetJson.Write(content))!.AsObject();

    static List<(string Name, JsonObject Rule)> Rules(JsonObject content) =>
        [.. content["rules"]!.AsArray().Select(r => (r!["name"]!.GetValue<string>(), r.AsObject()))];

    static List<FieldChange> Fields(JsonObject from, JsonObject to) =>
    [
        .. from.Select(f => f.Key).Union(to.Select(f => f.Key), StringComparer.Ordinal)
            .Where(f => !JsonNode.DeepEquals(from[f], to[f]))
            .Select(f => new FieldChange(f, from[f]?.DeepClone(), to[f]?.DeepClone())),
    ];
}
