using Orchestrator.Benchmarks.Running;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Benchmarks.Handbook;

/// <summary>Fifty rules of five sorts, each with ten bounds, as fraud teams write them: amounts, deviations, habits, what is missing, and a list of 100,000.</summary>
static class FiftyRules
{
    /// <summary>How many there are.</summary>
    public const int Count = 50;

    /// <summary>How many entries the list has.</summary>
    public const int Entries = 100_000;

    static readonly string[] Conditions =
    [
        "amount > {0}_000 and #count < 10",
        "#count >= 10 and amount >= 20 and (amount - #mean) / max(#deviation, #mean / 2, 0.01) >= {0}",
        "kind == 'cash_out' and hour(occurredAt) in [0, 1, 2, 3, 4] and #hour > {0}",
        "channel in ['web', 'mobile'] and device is missing and amount > {0}00",
        "destination in list('mules') or startsWith(merchant ?? '', 'casino-{0}')",
    ];

    /// <summary>The list that they look into.</summary>
    public static ListsSnapshot Lists() => new(1, new Dictionary<string, ListEntries>(StringComparer.Ordinal)
    {
        ["mules"] = ListEntries.Of(Enumerable.Range(0, Entries).Select(i => new ListEntryChange(Mule(i), ListEntryChange.Never))),
    });

    /// <summary>An entry of the list.</summary>
    public static string Mule(int number) => $"mule-{number:000000}";

    /// <summary>The rules over a schema's own names.</summary>
    /// <param name="schema">The names.</param>
    /// <param name="count">How often the account has paid.</param>
    /// <param name="mean">The mean of what it paid.</param>
    /// <param name="deviation">Its standard deviation.</param>
    /// <param name="hour">Its payments within the hour.</param>
    /// <param name="combine">How a model's score joins; null for the rules alone.</param>
    public static CompiledRuleSet Compile(RuleSchema schema, string count, string mean, string deviation, string hour, ScoreCombination? combine = null)
    {
        string Condition(int i) => Conditions[i % Conditions.Length].Replace("{0}", $"{(i / Conditions.Length) + 1}", StringComparison.Ordinal)
            .Replace("#count", count, StringComparison.Ordinal).Replace("#mean", mean, StringComparison.Ordinal)
            .Replace("#deviation", deviation, StringComparison.Ordinal).Replace("#hour", hour, StringComparison.Ordinal);
        var rules = Enumerable.Range(0, Count).Select(i =>
            new RuleDefinition($"rule_{i}", Condition(i), i % 3 == 0 ? "ramp(amount, 100, 10_000, 10, 90)" : "50", "{amount:money} is much."));
        return CompiledRuleSet.TryCompile("bench", new RuleSetContent(new RuleSetThresholds(500, 900), [.. rules], combine), schema, null, out var compiled, out var errors)
            ? compiled
            : throw new BenchFailedException($"{errors[0]}");
    }
}
