using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>The features as rules see them: each by its name. What is missing in a vector is not known to a rule, and never a number below zero.</summary>
public sealed class FeatureFields
{
    readonly int[] _slots;
    readonly bool[] _canBeMissing;

    /// <summary>Looks the features up in a schema; those that it lacks, rules do not see.</summary>
    /// <param name="schema">What rules see, see <see cref="SchemaOf"/>.</param>
    /// <param name="features">What the vector's numbers mean.</param>
    public FeatureFields(RuleSchema schema, FeatureSchema features)
    {
        _slots = [.. features.Names.Select(n => !IsField(n) && schema.TryFind(n, out var slot) && slot.Type == RuleType.Number ? slot.Index : -1)];
        _canBeMissing = [.. features.Definitions.Select(d => d.Measure != Measure.AmountDeviations)];
    }

    /// <summary>All that rules may name: the fields of a transaction and the features. A feature of a field's name is that field.</summary>
    public static RuleSchema SchemaOf(FeatureSchema features) =>
        MessageFields.SchemaWith(features.Definitions.Where(d => !IsField(d.Name)).Select(d => new RuleField(d.Name, RuleType.Number, Description(d))));

    /// <summary>Sets all of them; leaves the fields of the transaction alone.</summary>
    /// <exception cref="ArgumentException">The vector is of another length than the features are.</exception>
    public void Fill(RuleInput input, ReadOnlySpan<float> vector)
    {
        if (vector.Length != _slots.Length)
            throw new ArgumentException($"a vector of {_slots.Length} numbers, and not of {vector.Length}", nameof(vector));
        var values = input.Values;
        for (var i = 0; i < vector.Length; i++)
        {
            if (_slots[i] is var slot and >= 0)
                values[slot] = !float.IsFinite(vector[i]) || (vector[i] == FeatureDefinition.Missing && _canBeMissing[i]) ? double.NaN : vector[i];
        }
    }

    static bool IsField(string name) => MessageFields.All.Any(f => string.Equals(f.Name, name, StringComparison.Ordinal));

    static string Description(FeatureDefinition d) => d.Measure switch
    {
        Measure.Supplied => "supplied by the caller",
        _ when FeaturePlan.IsMoment(d.Measure) => Words($"{d.Measure}"),
        _ => $"{Words($"{d.Measure}")} by {d.Key.Name()}{(d.Only == Only.All ? "" : $", only {Words($"{d.Only}")}")}{(d.HasWindow ? $", {Span(d.Window)}" : "")}{(d.Delayed ? ", up to where labels are known" : "")}",
    };

    static string Span(TimeSpan window) =>
        window.TotalDays >= 1 ? Of(window.TotalDays, "day") : window.TotalHours >= 1 ? Of(window.TotalHours, "hour") : Of(window.TotalMinutes, "minute");

    static string Of(double count, string unit) => $"{count:0} {unit}{(count == 1 ? "" : "s")}";

    // KnownDays: known days.
    static string Words(string name) => string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i == 0 ? "" : " ")}{char.ToLowerInvariant(c)}" : $"{c}"));
}
