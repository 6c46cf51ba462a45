using System.Globalization;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// The parts that several expressions of a rule set have in common, and that cost more to compute than to remember: a list that ten rules look into is looked
/// into once a transaction. A part is computed when it is first needed and not before, because what is not needed must not fail.
/// </summary>
sealed class SharedParts
{
    // Below it, computing again is as fast as looking whether it was computed.
    const int WorthRemembering = 6;

    const int Few = 8;

    readonly int _scoreSoFar;
    readonly Dictionary<Node, int> _numbers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    readonly List<Form> _forms = [];
    readonly List<Node> _parts = [];

    /// <summary>Looks for what the expressions have in common.</summary>
    /// <param name="roots">The expressions.</param>
    /// <param name="scoreSoFar">The place of the value that changes from rule to rule, so that nothing made of it is remembered; -1 for none.</param>
    public SharedParts(IEnumerable<Node> roots, int scoreSoFar)
    {
        _scoreSoFar = scoreSoFar;
        foreach (var root in roots)
            Count(root);
    }

    /// <summary>The parts that were asked for so far, by their places.</summary>
    public IReadOnlyList<Node> Parts => _parts;

    /// <summary>Where the value of a part is remembered; null when it is not.</summary>
    public int? PlaceOf(Node node)
    {
        if (!_numbers.TryGetValue(node, out var number) || _forms[number] is not { Uses: > 1, Changes: false, Cost: >= WorthRemembering } form || node.Type == RuleType.Text)
            return null;
        if (form.Place < 0)
        {
            form.Place = _parts.Count;
            _parts.Add(node);
        }
        return form.Place;
    }

    // What stands within a part that was met before is not counted again: it is computed once with it.
    void Count(Node node)
    {
        if (++_forms[NumberOf(node)].Uses > 1)
            return;
        foreach (var child in Children(node))
            Count(child);
    }

    // The same number for what means the same, wherever it is written.
    int NumberOf(Node node)
    {
        if (_numbers.TryGetValue(node, out var number))
            return number;
        var children = Children(node).Select(NumberOf).ToArray();
        var text = $"{Own(node)}({string.Join(',', children)})";
        if (!_known.TryGetValue(text, out number))
        {
            number = _forms.Count;
            _known.Add(text, number);
            _forms.Add(new Form
            {
                Cost = OwnCost(node) + children.Sum(c => _forms[c].Cost),
                Changes = (node is FieldNode { Slot: { Type: not RuleType.Text, Index: var index } } && index == _scoreSoFar) || children.Any(c => _forms[c].Changes),
            });
        }
        _numbers.Add(node, number);
        return number;
    }

    static IReadOnlyList<Node> Children(Node node) => node switch
    {
        UnaryNode unary => [unary.Operand],
        BinaryNode binary => [binary.Left, binary.Right],
        SetNode set => [set.Value],
        ListNode list => [list.Value],
        CallNode call => call.Arguments,
        _ => [],
    };

    static string Own(Node node) => node switch
    {
        ValueNode value => $"value {value.Type} {BitConverter.DoubleToInt64Bits(value.Value)}",
        TextNode text => $"text {text.Value}",
        FieldNode field => $"field {field.Slot.Type} {field.Slot.Index}",
        UnaryNode unary => $"{unary.Operator}",
        BinaryNode binary => $"{binary.Operator}",
        SetNode { Value.Type: RuleType.Text } set => $"texts {string.Join(',', set.Texts.Order(StringComparer.Ordinal).Select(t => $"{t.Length}:{t}"))}",
        SetNode set => $"numbers {string.Join(',', set.Numbers.Select(n => n.ToString("R", CultureInfo.InvariantCulture)))}",
        ListNode list => $"list {list.Index}",
        CallNode call => $"call {call.Function.Name}",
        _ => throw new InvalidOperationException($"Unknown node {node}"),
    };

    // In about the time that a comparison takes.
    static int OwnCost(Node node) => node switch
    {
        ValueNode or TextNode => 0,
        BinaryNode { Left.Type: RuleType.Text } => 4,
        BinaryNode { Operator: BinaryOperator.Divide or BinaryOperator.Remainder } => 5,
        SetNode { Value.Type: RuleType.Text } set => 3 * Math.Min(set.Texts.Count, Few),
        SetNode set => Math.Min(set.Numbers.Length, Few),
        ListNode => 25,
        CallNode call => call.Function == RuleFunction.If ? 1 : 5,
        _ => 1,
    };

    sealed class Form
    {
        public required int Cost { get; init; }

        public required bool Changes { get; init; }

        public int Uses { get; set; }

        public int Place { get; set; } = -1;
    }
}
