namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>Why an expression or a sentence is refused, and where.</summary>
/// <param name="Code">A stable name, for instance <c>unknown_name</c>.</param>
/// <param name="Detail">What is expected, for people.</param>
/// <param name="Line">The line within the text, from 1.</param>
/// <param name="Column">The character within the line, from 1.</param>
public sealed record RuleError(string Code, string Detail, int Line, int Column)
{
    internal static RuleError At(string source, int position, string code, string detail)
    {
        var before = source.AsSpan(0, Math.Min(position, source.Length));
        return new RuleError(code, detail, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}

/// <summary>Carries a <see cref="RuleError"/> out of the parser; never leaves this room.</summary>
sealed class RuleErrorException(RuleError error) : Exception(error.Detail)
{
    public RuleError Error { get; } = error;
}

/// <summary>What bounds an expression, so that none can stall or crash a lane.</summary>
public static class ExpressionLimits
{
    /// <summary>The longest expression, characters.</summary>
    public const int MaxLength = 4_096;

    /// <summary>How deep expressions may be nested; a chain of operators counts as nested.</summary>
    public const int MaxDepth = 100;

    /// <summary>The most values of a set that is written out.</summary>
    public const int MaxSetValues = 1_000;

    /// <summary>The most steps of one evaluation: no part is ever evaluated twice, so it is the most parts too.</summary>
    public const int MaxSteps = 4_096;

    /// <summary>The longest name of a list.</summary>
    public const int MaxListName = 64;
}
