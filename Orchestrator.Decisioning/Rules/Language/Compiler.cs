namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// Makes delegates of an expression, from the inside out. What is missing is "not a number", so arithmetic carries it on by itself; logic is
/// Kleene's: false and missing is false, true or missing is true. Numbers are finite or missing: a division by zero and what is too large are
/// missing. Nothing is allocated when they are called, but by lower and upper where they change a text.
/// </summary>
sealed class Compiler
{
    const double True = 1;
    const double False = 0;

    /// <summary>So many are sooner looked through than searched.</summary>
    public const int Few = 8;

    readonly List<string> _texts = [];
    readonly HashSet<int> _reads = [];
    int _steps;

    /// <summary>The program for <paramref name="node"/>.</summary>
    public static Program Compile(Node node)
    {
        var compiler = new Compiler();
        return node.Type == RuleType.Text
            ? new Program(null, compiler.Text(node), compiler._texts, compiler._reads, compiler._steps)
            : new Program(compiler.Value(node), null, compiler._texts, compiler._reads, compiler._steps);
    }

    Func<RuleMachine, double> Value(Node node)
    {
        _steps++;
        switch (node)
        {
            case ValueNode { Value: var value }:
                return _ => value;
            case FieldNode { Slot.Index: var index }:
                _reads.Add(index);
                return m =>
                {
                    var value = m.Values[index];
                    return double.IsNaN(value) ? m.MissedValue(index) : value;
                };
            case UnaryNode unary:
                return Unary(unary);
            case BinaryNode binary:
                return Binary(binary);
            case SetNode { Value.Type: RuleType.Text } set:
                return InTexts(set);
            case SetNode set:
                return InNumbers(set);
            case ListNode { Index: var list } listed:
                var looked = Text(listed.Value);
                return m => m.List(list) is { } entries
                    ? looked(m) is { } text ? Of(entries.Contains(text, m.NowMs)) : double.NaN
                    : NotLoaded(m, looked);
            case CallNode call:
                return Call(call);
            default:
                throw new InvalidOperationException($"Unknown node {node}");
        }
    }

    Func<RuleMachine, string?> Text(Node node)
    {
        _steps++;
        switch (node)
        {
            case TextNode { Value: var value }:
                _texts.Add(value);
                return _ => value;
            case FieldNode { Slot.Index: var index }:
                return m => m.Texts[index] ?? m.MissedText(index);
            case BinaryNode coalesce:
                var (first, second) = (Text(coalesce.Left), Text(coalesce.Right));
                return m => first(m) ?? second(m);
            case CallNode { Function.Name: "if" } call:
                var condition = Value(call.Arguments[0]);
                var (then, other) = (Text(call.Arguments[1]), Text(call.Arguments[2]));
                return m => condition(m) == True ? then(m) : other(m);
            case CallNode { Function.Name: "lower" } call:
                var lowered = Text(call.Arguments[0]);
                return m => lowered(m)?.ToLowerInvariant();
            case CallNode { Function.Name: "upper" } call:
                var raised = Text(call.Arguments[0]);
                return m => raised(m)?.ToUpperInvariant();
            default:
                throw new InvalidOperationException($"Unknown node {node}");
        }
    }

    Func<RuleMachine, double> Unary(UnaryNode node)
    {
        if (node.Operand.Type == RuleType.Text)
        {
            var text = Text(node.Operand);
            return node.Operator == UnaryOperator.Missing ? m => Of(text(m) is null) : m => Of(text(m) is not null);
        }
        var operand = Value(node.Operand);
        return node.Operator switch
        {
            UnaryOperator.Negate => m => -operand(m),
            UnaryOperator.Not => m => 1 - operand(m),
            UnaryOperator.Missing => m => Of(double.IsNaN(operand(m))),
            _ => m => Of(!double.IsNaN(operand(m))),
        };
    }

    Func<RuleMachine, double> Binary(BinaryNode node)
    {
        if (node.Left.Type == RuleType.Text)
        {
            var (first, second) = (Text(node.Left), Text(node.Right));
            return node.Operator == BinaryOperator.Equal ? m => Same(first(m), second(m)) : m => 1 - Same(first(m), second(m));
        }
        if (node.Right is ValueNode { Value: var bound })
            return WithConstant(node, bound);
        var (l, r) = (Value(node.Left), Value(node.Right));
        return node.Operator switch
        {
            BinaryOperator.And => m => l(m) is var left && left == False ? False : r(m) is var right && right == False ? False : left * right,
            BinaryOperator.Or => m => l(m) is var left && left == True ? True : r(m) is var right && right == True ? True : left + right,
            BinaryOperator.Coalesce => m => l(m) is var left && double.IsNaN(left) ? r(m) : left,
            BinaryOperator.Equal => m => Known(l(m), r(m), out var left, out var right) ? Of(left == right) : double.NaN,
            BinaryOperator.NotEqual => m => Known(l(m), r(m), out var left, out var right) ? Of(left != right) : double.NaN,
            BinaryOperator.Less => m => Known(l(m), r(m), out var left, out var right) ? Of(left < right) : double.NaN,
            BinaryOperator.LessOrEqual => m => Known(l(m), r(m), out var left, out var right) ? Of(left <= right) : double.NaN,
            BinaryOperator.Greater => m => Known(l(m), r(m), out var left, out var right) ? Of(left > right) : double.NaN,
            BinaryOperator.GreaterOrEqual => m => Known(l(m), r(m), out var left, out var right) ? Of(left >= right) : double.NaN,
            BinaryOperator.Add => m => Finite(l(m) + r(m)),
            BinaryOperator.Subtract => m => Finite(l(m) - r(m)),
            BinaryOperator.Multiply => m => Finite(l(m) * r(m)),
            BinaryOperator.Divide => m => Finite(l(m) / r(m)),
            _ => m => Finite(l(m) % r(m)),
        };
    }

    // A value that is written out on the right, as it is in most rules, needs no call.
    Func<RuleMachine, double> WithConstant(BinaryNode node, double bound)
    {
        var l = Value(node.Left);
        _steps++;
        return node.Operator switch
        {
            BinaryOperator.And => m => l(m) is var left && (left == False || bound == False) ? False : left * bound,
            BinaryOperator.Or => m => l(m) is var left && (left == True || bound == True) ? True : left + bound,
            BinaryOperator.Coalesce => m => l(m) is var left && double.IsNaN(left) ? bound : left,
            BinaryOperator.Equal => m => l(m) is var left && double.IsNaN(left) ? left : Of(left == bound),
            BinaryOperator.NotEqual => m => l(m) is var left && double.IsNaN(left) ? left : Of(left != bound),
            BinaryOperator.Less => m => l(m) is var left && double.IsNaN(left) ? left : Of(left < bound),
            BinaryOperator.LessOrEqual => m => l(m) is var left && double.IsNaN(left) ? left : Of(left <= bound),
            BinaryOperator.Greater => m => l(m) is var left && double.IsNaN(left) ? left : Of(left > bound),
            BinaryOperator.GreaterOrEqual => m => l(m) is var left && double.IsNaN(left) ? left : Of(left >= bound),
            BinaryOperator.Add => m => Finite(l(m) + bound),
            BinaryOperator.Subtract => m => Finite(l(m) - bound),
            BinaryOperator.Multiply => m => Finite(l(m) * bound),
            BinaryOperator.Divide => m => Finite(l(m) / bound),
            _ => m => Finite(l(m) % bound),
        };
    }

    Func<RuleMachine, double> InTexts(SetNode node)
    {
        var (looked, set) = (Text(node.Value), node.Texts);
        if (set.Count > Few)
            return m => looked(m) is { } text ? Of(set.Contains(text)) : double.NaN;
        string[] few = [.. set];
        return m =>
        {
            if (looked(m) is not { } text)
                return double.NaN;
            foreach (var value in few)
            {
                if (string.Equals(value, text, StringComparison.Ordinal))
                    return True;
            }
            return False;
        };
    }

    Func<RuleMachine, double> InNumbers(SetNode node)
    {
        var (looked, set) = (Value(node.Value), node.Numbers);
        if (set.Length > Few)
            return m => looked(m) is var value && double.IsNaN(value) ? value : Of(Array.BinarySearch(set, value) >= 0);
        return m =>
        {
            var value = looked(m);
            if (double.IsNaN(value))
                return value;
            foreach (var number in set)
            {
                if (number == value)
                    return True;
            }
            return False;
        };
    }

    Func<RuleMachine, double> Call(CallNode call)
    {
        if (call.Function == RuleFunction.If)
        {
            var (condition, then, other) = (Value(call.Arguments[0]), Value(call.Arguments[1]), Value(call.Arguments[2]));
            return m => condition(m) == True ? then(m) : other(m);
        }
        if (call.Arguments[0].Type == RuleType.Text)
        {
            var text = Text(call.Arguments[0]);
            if (call.Function.Texts is not { } has)
                return m => text(m) is { } measured ? measured.Length : double.NaN;
            var part = Text(call.Arguments[1]);
            return m => has(text(m), part(m));
        }
        var arguments = call.Arguments.Select(Value).ToArray();
        if (call.Function.One is { } one)
            return arguments[0] is var x ? m => one(x(m)) : throw new InvalidOperationException();
        if (call.Function.Two is { } two)
            return arguments.Skip(1).Aggregate(arguments[0], (left, right) => m => two(left(m), right(m)));
        if (call.Function.Many is { } many)
            return arguments.Length == 3 ? m => many(arguments[0](m), arguments[1](m), arguments[2](m), 0, 0)
                : m => many(arguments[0](m), arguments[1](m), arguments[2](m), arguments[3](m), arguments[4](m));
        throw new InvalidOperationException($"Unknown function {call.Function.Name}");
    }

    // What is looked up is evaluated all the same: it may need what is not there either.
    static double NotLoaded(RuleMachine machine, Func<RuleMachine, string?> looked)
    {
        looked(machine);
        return machine.MissedList();
    }

    static bool Known(double first, double second, out double left, out double right)
    {
        (left, right) = (first, second);
        return !double.IsNaN(first) && !double.IsNaN(second);
    }

    static double Of(bool value) => value ? True : False;

    static double Same(string? left, string? right) => left is null || right is null ? double.NaN : Of(string.Equals(left, right, StringComparison.Ordinal));

    static double Finite(double value) => double.IsFinite(value) ? value : double.NaN;
}
