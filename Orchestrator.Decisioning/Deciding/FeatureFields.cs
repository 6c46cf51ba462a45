using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>The features as rules see them: each by its name. What is missing in a vector is not known to a rule, and never a number below zero.</summary>
public sealed class FeatureFields
{
    readonly List<(int From, RuleSlot First, int Count)> _runs = [];
    readonly float[] _missing;

    /// <summary>Looks the features up in a schema that has them.</summary>
    /// <param name="schema">What rules see, see <see cref="SchemaOf"/>.</param>
    /// <param name="features">What the vector's numbers mean.</param>
    public FeatureFields(RuleSchema schema, FeatureSchema features)
    {
        _missing = [.. features.Definitions.Select(d => d.Measure == Measure.AmountDeviations ? float.NaN : FeatureDefinition.Missing)];
        // Those that stand one behind the other in the schema, too, are set at once.
        for (var i = 0; i < features.Length; i++)
        {
            if (IsField(features.Names[i]))
                continue;
            var slot = schema[features.Names[i]];
            if (_runs.Count > 0 && _runs[^1] is var (from, first, count) && from + count == i && first.Index + count == slot.Index)
                _runs[^1] = (from, first, count + 1);
            else
                _runs.Add((i, slot, 1));
        }
    }

    /// <summary>All that rules may name: the fields of a transaction and the features. A feature of a field's name is that field.</summary>
    public static RuleSchema SchemaOf(FeatureSchema features) =>
        MessageFields.SchemaWith(features.Definitions.Where(d => !IsField(d.Name)).Select(d => new RuleField(d.Name, RuleType.Number, Description(d))));

    /// <summary>Sets all of them; leaves the fields of the transaction alone.</summary>
    /// <exception cref="ArgumentException">The vector is of another length than the features are.</exception>
    public void Fill(RuleInput input, ReadOnlySpan<float> vector)
    {
        if (vector.Length != _missing.Length)
            throw new ArgumentException($"a vector of {_missing.Length} numbers, and not of {vector.Length}", nameof(vector));
        foreach (var (from, first, count) in _runs)
            input.SetNumbers(first, vector.Slice(from, count), _missing.AsSpan(from, count));
    }

    static bool IsField(string name) => MessageFields.All.Any(f => string.Equals(f.Name, name, StringComparison.Ordinal));

    static string Description(FeatureDefinition d) => d.Measure switch
    {
        Measure.Supplied => ActivityFeatureNames.Description(d.Name) ?? "supplied by the caller",
        _ when FeaturePlan.IsMoment(d.Measure) => Words($"{d.Measure}"),
        _ => $"{Words($"{d.Measure}")} by {d.Key.Name()}{(d.Only == Only.All ? "" : $", only {Words($"{d.Only}")}")}{(d.HasWindow ? $", {Span(d.Window)}" : "")}{(d.Delayed ? ", up to where labels are known" : "")}",
    };

    static string Span(TimeSpan window) =>
        window.TotalDays >= 1 ? Of(window.TotalDays, "day") : window.TotalHours >= 1 ? Of(window.TotalHours, "hour") : Of(window.TotalMinutes, "minute");

    static string Of(double count, string unit) => $"{count:0} {unit}{(count == 1 ? "" : "s")}";

    // KnownDays: known days.
    static string Words(string name) => string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i == 0 ? "" : " ")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
