using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>The rules that decide while nobody has put others in force: built-in.json, written in the language like any other set.</summary>
public static class BuiltInRuleSet
{
    /// <summary>Its name, which no other version can have.</summary>
    public const string Name = "built-in";

    /// <summary>The lists that it looks into; they are always there.</summary>
    public static IReadOnlyList<string> Lists { get; } = ["allowed_destinations", "denied_accounts", "watched_accounts"];

    /// <summary>What it says.</summary>
    public static RuleSetContent Content { get; } = Read();

    /// <summary>Compiled against a schema.</summary>
    /// <exception cref="InvalidOperationException">The schema lacks a feature that it needs.</exception>
    public static CompiledRuleSet Compile(RuleSchema schema) => CompiledRuleSet.TryCompile(Name, Content, schema, null, out var compiled, out var errors)
        ? compiled
        : throw new InvalidOperationException($"the built-in rules do not fit the features: {errors[0]}");

    static RuleSetContent Read()
    {
        using var stream = typeof(BuiltInRuleSet).Assembly.GetManifestResourceStream("RuleSets/built-in.json")
            ?? throw new InvalidOperationException("built-in.json is not embedded");
        var json = new byte[stream.Length];
        stream.ReadExactly(json);
        return RuleSetJson.TryRead(json, out var content, out var error) ? content : throw new InvalidOperationException($"built-in.json: {error}");
    }
}
