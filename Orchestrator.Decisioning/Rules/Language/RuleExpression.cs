using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>An expression that was read, checked and compiled.</summary>
public sealed class RuleExpression
{
    RuleExpression(string source, Node root) => (Source, Root, Program) = (source, root, Compiler.Compile(root));

    /// <summary>As it is written.</summary>
    public string Source { get; }

    /// <summary>What it gives.</summary>
    public RuleType Type => Root.Type;

    internal Node Root { get; }

    internal Program Program { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="source">The text.</param>
    /// <param name="expected">What it has to give; null for anything.</param>
    /// <param name="context">The names it may use.</param>
    /// <param name="expression">The expression.</param>
    /// <param name="error">Why there is none, and where.</param>
    public static bool TryRead(
        string source, RuleType? expected, ExpressionContext context, [NotNullWhen(true)] out RuleExpression? expression, [NotNullWhen(false)] out RuleError? error)
    {
        try
        {
            expression = Read(source, 0, source.Length, expected, context);
            error = null;
            return true;
        }
        catch (RuleErrorException e)
        {
            (expression, error) = (null, e.Error);
            return false;
        }
    }

    /// <exception cref="RuleErrorException">It is none.</exception>
    internal static RuleExpression Read(string source, int start, int end, RuleType? expected, ExpressionContext context)
    {
        var root = Parser.Parse(source, start, end, context);
        if (expected is { } type && root.Type != type)
        {
            throw new RuleErrorException(RuleError.At(
                source, root.Start, "wrong_type", $"a {Parser.Said(type)} is expected, and this is a {Parser.Said(root.Type)}"));
        }
        var expression = new RuleExpression(source, root);
        return expression.Program.Steps <= ExpressionLimits.MaxSteps
            ? expression
            : throw new RuleErrorException(RuleError.At(source, start, "too_long", $"at most {ExpressionLimits.MaxSteps} steps"));
    }
}
