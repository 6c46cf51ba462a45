using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>A rule set from a file: what decides in place of the built-in rules while none is live.</summary>
static class RuleSetFile
{
    const string Name = "file";

    /// <summary>Reads and compiles it.</summary>
    /// <exception cref="InvalidOperationException">It cannot be read, is no rule set, or does not fit the schema; the message says where.</exception>
    public static CompiledRuleSet Compile(string path, RuleSchema schema)
    {
        if (!RuleSetJson.TryRead(Read(path), out var content, out var error))
            throw new InvalidOperationException($"{path}: {error}");
        return CompiledRuleSet.TryCompile(Name, content, schema, null, out var compiled, out var errors)
            ? compiled
            : throw new InvalidOperationException($"{path}: {errors[0]}");
    }

    static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{RulesOptions.Section}:{nameof(RulesOptions.File)} cannot be read: {e.Message}", e);
        }
    }
}
