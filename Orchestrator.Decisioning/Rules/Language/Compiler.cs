using System.Collections.Frozen;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>Makes instructions of an expression.</summary>
sealed class Compiler
{
    readonly List<Instruction> _code = [];
    readonly List<string> _texts = [];
    readonly List<double[]> _numberSets = [];
    readonly List<FrozenSet<string>> _textSets = [];
    int _values, _mostValues, _textDepth, _mostTexts;

    /// <summary>The instructions for <paramref name="node"/>.</summary>
    public static Program Compile(Node node)
    {
        var compiler = new Compiler();
        compiler.Emit(node);
        return new Program(
            [.. compiler._code], [.. compiler._texts], [.. compiler._numberSets], [.. compiler._textSets], compiler._mostValues, compiler._mostTexts);
    }

    void Emit(Node node)
    {
        switch (node)
        {
            case ValueNode value:
                Add(new Instruction(Operation.Value, Value: value.Value), values: 1);
                break;
            case TextNode text:
                _texts.Add(text.Value);
                Add(new Instruction(Operation.Text, _texts.Count - 1), texts: 1);
                break;
            case FieldNode { Type: RuleType.Text } field:
                Add(new Instruction(Operation.LoadText, field.Slot.Index), texts: 1);
                break;
            case FieldNode field:
                Add(new Instruction(Operation.LoadValue, field.Slot.Index), values: 1);
                break;
            case UnaryNode unary:
                EmitUnary(unary);
                break;
            case BinaryNode binary:
                EmitBinary(binary);
                break;
            case SetNode { Value.Type: RuleType.Text } set:
                Emit(set.Value);
                _textSets.Add(set.Texts);
                Add(new Instruction(Operation.InTexts, _textSets.Count - 1), values: 1, texts: -1);
                break;
            case SetNode set:
                Emit(set.Value);
                _numberSets.Add(set.Numbers);
                Add(new Instruction(Operation.InNumbers, _numberSets.Count - 1));
                break;
            case ListNode list:
                Emit(list.Value);
                Add(new Instruction(Operation.InList, list.Index), values: 1, texts: -1);
                break;
            case CallNode call:
                EmitCall(call);
                break;
            default:
                throw new InvalidOperationException($"Unknown node {node}");
        }
    }

    void EmitUnary(UnaryNode node)
    {
        Emit(node.Operand);
        var text = node.Operand.Type == RuleType.Text;
        switch (node.Operator)
        {
            case UnaryOperator.Negate:
                Add(new Instruction(Operation.Negate));
                break;
            case UnaryOperator.Not:
                Add(new Instruction(Operation.Not));
                break;
            case UnaryOperator.Missing:
                Add(new Instruction(text ? Operation.TextMissing : Operation.Missing), text ? 1 : 0, text ? -1 : 0);
                break;
            case UnaryOperator.Present:
                Add(new Instruction(text ? Operation.TextPresent : Operation.Present), text ? 1 : 0, text ? -1 : 0);
                break;
        }
    }

    void EmitBinary(BinaryNode node)
    {
        Emit(node.Left);
        switch (node.Operator)
        {
            case BinaryOperator.And:
                EmitRight(Operation.JumpIfFalse, () => { Emit(node.Right); Add(new Instruction(Operation.And), values: -1); });
                break;
            case BinaryOperator.Or:
                EmitRight(Operation.JumpIfTrue, () => { Emit(node.Right); Add(new Instruction(Operation.Or), values: -1); });
                break;
            case BinaryOperator.Coalesce when node.Type == RuleType.Text:
                _textDepth--;
                EmitRight(Operation.JumpIfTextPresent, () => Emit(node.Right));
                break;
            case BinaryOperator.Coalesce:
                _values--;
                EmitRight(Operation.JumpIfPresent, () => Emit(node.Right));
                break;
            case var _ when node.Left.Type == RuleType.Text:
                Emit(node.Right);
                Add(new Instruction(node.Operator == BinaryOperator.Equal ? Operation.EqualText : Operation.NotEqualText), values: 1, texts: -2);
                break;
            // A value that is written out on the right, as it is in most rules, rides along.
            case var by when node.Right is ValueNode { Value: var value } && WithConstant(by, value) is { } constant:
                Add(constant);
                break;
            case var by:
                Emit(node.Right);
                Add(new Instruction(Plain(by)), values: -1);
                break;
        }
    }

    void EmitRight(Operation jump, Action right)
    {
        var at = _code.Count;
        Add(new Instruction(jump));
        right();
        _code[at] = new Instruction(jump, _code.Count);
    }

    void EmitCall(CallNode call)
    {
        if (call.Function == RuleFunction.If)
        {
            Emit(call.Arguments[0]);
            var condition = _code.Count;
            Add(new Instruction(Operation.JumpUnlessTrue), values: -1);
            Emit(call.Arguments[1]);
            var end = _code.Count;
            // What comes next leaves its result in the same place.
            Add(new Instruction(Operation.Jump), call.Type == RuleType.Text ? 0 : -1, call.Type == RuleType.Text ? -1 : 0);
            _code[condition] = new Instruction(Operation.JumpUnlessTrue, _code.Count);
            Emit(call.Arguments[2]);
            _code[end] = new Instruction(Operation.Jump, _code.Count);
            return;
        }
        foreach (var argument in call.Arguments)
            Emit(argument);
        if (call.Function.Operation is Operation.Min or Operation.Max)
        {
            for (var more = call.Arguments.Count; more > 1; more--)
                Add(new Instruction(call.Function.Operation), values: -1);
            return;
        }
        var texts = call.Arguments.Count(a => a.Type == RuleType.Text);
        var textResult = call.Type == RuleType.Text ? 1 : 0;
        Add(new Instruction(call.Function.Operation), 1 - textResult - (call.Arguments.Count - texts), textResult - texts);
    }

    void Add(Instruction instruction, int values = 0, int texts = 0)
    {
        _code.Add(instruction);
        _values += values;
        _textDepth += texts;
        _mostValues = Math.Max(_mostValues, _values);
        _mostTexts = Math.Max(_mostTexts, _textDepth);
    }

    static Instruction? WithConstant(BinaryOperator by, double value) => by switch
    {
        BinaryOperator.Equal => new Instruction(Operation.EqualTo, Value: value),
        BinaryOperator.NotEqual => new Instruction(Operation.NotEqualTo, Value: value),
        BinaryOperator.Less => new Instruction(Operation.LessThan, Value: value),
        BinaryOperator.LessOrEqual => new Instruction(Operation.LessOrEqualTo, Value: value),
        BinaryOperator.Greater => new Instruction(Operation.GreaterThan, Value: value),
        BinaryOperator.GreaterOrEqual => new Instruction(Operation.GreaterOrEqualTo, Value: value),
        BinaryOperator.Add => new Instruction(Operation.AddTo, Value: value),
        BinaryOperator.Subtract => new Instruction(Operation.AddTo, Value: -value),
        BinaryOperator.Multiply => new Instruction(Operation.MultiplyBy, Value: value),
        _ => null,
    };

    static Operation Plain(BinaryOperator by) => by switch
    {
        BinaryOperator.Equal => Operation.Equal,
        BinaryOperator.NotEqual => Operation.NotEqual,
        BinaryOperator.Less => Operation.Less,
        BinaryOperator.LessOrEqual => Operation.LessOrEqual,
        BinaryOperator.Greater => Operation.Greater,
        BinaryOperator.GreaterOrEqual => Operation.GreaterOrEqual,
        BinaryOperator.Add => Operation.Add,
        BinaryOperator.Subtract => Operation.Subtract,
        BinaryOperator.Multiply => Operation.Multiply,
        BinaryOperator.Divide => Operation.Divide,
        BinaryOperator.Remainder => Operation.Remainder,
        _ => throw new ArgumentOutOfRangeException(nameof(by)),
    };
}
