namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>What the expressions of one rule set are read against; collects the lists that they name.</summary>
/// <param name="schema">The names.</param>
/// <param name="knownLists">The lists that there are; null when any name will do.</param>
public sealed class ExpressionContext(RuleSchema schema, IReadOnlySet<string>? knownLists = null)
{
    /// <summary>The most lists that one rule set may name.</summary>
    public const int MaxLists = 100;

    readonly List<string> _lists = [];

    /// <summary>The names.</summary>
    public RuleSchema Schema { get; } = schema;

    /// <summary>The lists that were named so far; an expression knows each by its place here.</summary>
    public IReadOnlyList<string> Lists => _lists;

    internal int? ListIndex(string name)
    {
        var known = _lists.IndexOf(name);
        if (known >= 0)
            return known;
        if (name.Length is 0 or > ExpressionLimits.MaxListName || _lists.Count == MaxLists || knownLists?.Contains(name) is false)
            return null;
        _lists.Add(name);
        return _lists.Count - 1;
    }
}
