using System.Collections.Frozen;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>A part of an expression, its type known and checked.</summary>
/// <param name="Type">What its value is.</param>
/// <param name="Start">Where it begins in the source.</param>
/// <param name="End">Where it has ended.</param>
/// <param name="Depth">How deep it goes, itself counted.</param>
abstract record Node(RuleType Type, int Start, int End, int Depth);

/// <summary>A value that is written out: a number, a boolean as 0 or 1, a time as milliseconds.</summary>
sealed record ValueNode(RuleType Type, double Value, int Start, int End) : Node(Type, Start, End, 1);

sealed record TextNode(string Value, int Start, int End) : Node(RuleType.Text, Start, End, 1);

sealed record FieldNode(string Name, RuleSlot Slot, int Start, int End) : Node(Slot.Type, Start, End, 1);

enum UnaryOperator
{
    Negate,
    Not,
    Missing,
    Present,
}

sealed record UnaryNode(UnaryOperator Operator, RuleType Type, Node Operand, int Start, int End) : Node(Type, Start, End, Operand.Depth + 1);

enum BinaryOperator
{
    Or,
    And,
    Coalesce,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

sealed record BinaryNode(BinaryOperator Operator, RuleType Type, Node Left, Node Right)
    : Node(Type, Left.Start, Right.End, Math.Max(Left.Depth, Right.Depth) + 1);

/// <summary>Is a number or text one of those that are written out?</summary>
sealed record SetNode(Node Value, double[] Numbers, FrozenSet<string> Texts, int End) : Node(RuleType.Boolean, Value.Start, End, Value.Depth + 1);

/// <summary>Is a text in a list that people keep?</summary>
sealed record ListNode(Node Value, string List, int Index, int End) : Node(RuleType.Boolean, Value.Start, End, Value.Depth + 1);

sealed record CallNode(RuleFunction Function, RuleType Type, IReadOnlyList<Node> Arguments, int Start, int End)
    : Node(Type, Start, End, Arguments.Max(a => a.Depth) + 1);
