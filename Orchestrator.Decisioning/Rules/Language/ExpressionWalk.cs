using System.Globalization;
using Orchestrator.Decisioning.Lists;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>A part of an expression and what it came to.</summary>
/// <param name="Expression">The part, as it is written.</param>
/// <param name="Value">Its value, for people; "missing" and "unavailable" are said so.</param>
public sealed record TraceStep(string Expression, string Value);

/// <summary>
/// Evaluates an expression the plain way, part by part, and remembers each: what people see who ask why. It shares nothing with the compiled
/// way but the meaning, so comparing the two over all kinds of expressions tests both.
/// </summary>
/// <param name="input">The values.</param>
/// <param name="lists">The lists, by their places.</param>
/// <param name="now">When list entries must not have expired.</param>
sealed class ExpressionWalk(RuleInput input, IReadOnlyList<ListEntries?> lists, DateTimeOffset now)
{
    readonly List<TraceStep> _steps = [];
    string _source = "";

    /// <summary>Whether something was needed that could not be read.</summary>
    public bool Failed { get; private set; }

    /// <summary>Every part that was looked at and is not written out, the innermost first.</summary>
    public IReadOnlyList<TraceStep> Steps => _steps;

    /// <summary>A double, string, bool or DateTimeOffset; null when it is missing.</summary>
    public object? Evaluate(RuleExpression expression)
    {
        _source = expression.Source;
        return Walk(expression.Root);
    }

    object? Walk(Node node)
    {
        var value = node switch
        {
            ValueNode { Type: RuleType.Boolean } v => v.Value != 0,
            ValueNode { Type: RuleType.Time } v => DateTimeOffset.FromUnixTimeMilliseconds((long)v.Value),
            ValueNode v => v.Value,
            TextNode t => t.Value,
            FieldNode f => Field(f.Slot),
            UnaryNode u => Unary(u),
            BinaryNode b => Binary(b),
            SetNode { Value.Type: RuleType.Text } s => Walk(s.Value) is string text ? s.Texts.Contains(text) : (object?)null,
            SetNode s => Walk(s.Value) is double number ? Array.Exists(s.Numbers, n => n == number) : (object?)null,
            ListNode l => InList(l),
            CallNode c => Call(c),
            _ => throw new InvalidOperationException($"Unknown node {node}"),
        };
        if (node is not (ValueNode or TextNode))
            _steps.Add(new TraceStep(_source[node.Start..node.End], node is FieldNode field && input.IsUnavailable(field.Slot) ? "unavailable" : Said(value)));
        return value;
    }

    object? Field(RuleSlot slot)
    {
        if (input.IsUnavailable(slot))
            Failed = true;
        if (slot.Type == RuleType.Text)
            return input.Texts[slot.Index];
        var value = input.Values[slot.Index];
        if (double.IsNaN(value))
            return null;
        return slot.Type switch
        {
            RuleType.Boolean => value != 0,
            RuleType.Time => DateTimeOffset.FromUnixTimeMilliseconds((long)value),
            _ => value,
        };
    }

    object? Unary(UnaryNode node)
    {
        var operand = Walk(node.Operand);
        return node.Operator switch
        {
            UnaryOperator.Negate => operand is double number ? -number : null,
            UnaryOperator.Not => operand is bool condition ? !condition : null,
            UnaryOperator.Missing => operand is null,
            _ => operand is not null,
        };
    }

    object? Binary(BinaryNode node)
    {
        var left = Walk(node.Left);
        switch (node.Operator)
        {
            case BinaryOperator.And:
                if (left is false)
                    return false;
                var alsoTrue = Walk(node.Right);
                return alsoTrue is false ? false : left is null || alsoTrue is null ? null : true;
            case BinaryOperator.Or:
                if (left is true)
                    return true;
                var orTrue = Walk(node.Right);
                return orTrue is true ? true : left is null || orTrue is null ? null : false;
            case BinaryOperator.Coalesce:
                return left ?? Walk(node.Right);
        }
        var right = Walk(node.Right);
        if (left is null || right is null)
            return null;
        return node.Operator switch
        {
            BinaryOperator.Equal => left.Equals(right),
            BinaryOperator.NotEqual => !left.Equals(right),
            BinaryOperator.Less => Compare(left, right) < 0,
            BinaryOperator.LessOrEqual => Compare(left, right) <= 0,
            BinaryOperator.Greater => Compare(left, right) > 0,
            BinaryOperator.GreaterOrEqual => Compare(left, right) >= 0,
            BinaryOperator.Add => Finite((double)left + (double)right),
            BinaryOperator.Subtract => Finite((double)left - (double)right),
            BinaryOperator.Multiply => Finite((double)left * (double)right),
            BinaryOperator.Divide => Finite((double)left / (double)right),
            _ => Finite((double)left % (double)right),
        };
    }

    static int Compare(object left, object right) => ((IComparable)left).CompareTo(right);

    bool? InList(ListNode node)
    {
        var value = Walk(node.Value);
        if (lists[node.Index] is { } list)
            return value is string text ? list.Contains(text, now.ToUnixTimeMilliseconds()) : null;
        Failed = true;
        return null;
    }

    object? Call(CallNode node)
    {
        if (node.Function == RuleFunction.If)
            return Walk(node.Arguments[0]) is true ? Walk(node.Arguments[1]) : Walk(node.Arguments[2]);
        var arguments = node.Arguments.Select(Walk).ToArray();
        if (Array.Exists(arguments, a => a is null))
            return null;
        double Number(int i) => (double)arguments[i]!;
        string Text(int i) => (string)arguments[i]!;
        DateTimeOffset Time(int i) => (DateTimeOffset)arguments[i]!;
        return node.Function.Name switch
        {
            "abs" => Math.Abs(Number(0)),
            "floor" => Math.Floor(Number(0)),
            "ceil" => Math.Ceiling(Number(0)),
            "round" => Math.Round(Number(0), MidpointRounding.AwayFromZero),
            "sqrt" => Number(0) < 0 ? null : Math.Sqrt(Number(0)),
            "ln" => Number(0) <= 0 ? null : Math.Log(Number(0)),
            "min" => arguments.Cast<double>().Min(),
            "max" => arguments.Cast<double>().Max(),
            "clamp" => Number(1) > Number(2) ? null : Math.Clamp(Number(0), Number(1), Number(2)),
            "ramp" => Finite((Number(0) - Number(1)) / (Number(2) - Number(1))) is { } part
                ? Finite(Number(3) + ((Number(4) - Number(3)) * Math.Clamp(part, 0, 1)))
                : null,
            "length" => (double)Text(0).Length,
            "lower" => Text(0).ToLowerInvariant(),
            "upper" => Text(0).ToUpperInvariant(),
            "startsWith" => Text(0).StartsWith(Text(1), StringComparison.Ordinal),
            "endsWith" => Text(0).EndsWith(Text(1), StringComparison.Ordinal),
            "contains" => Text(0).Contains(Text(1), StringComparison.Ordinal),
            "hour" => (double)Time(0).Hour,
            "minute" => (double)Time(0).Minute,
            "weekday" => Time(0).DayOfWeek == DayOfWeek.Sunday ? 7 : (double)Time(0).DayOfWeek,
            "dayOfMonth" => (double)Time(0).Day,
            "minutesBetween" => (Time(1) - Time(0)).TotalMilliseconds / 60_000,
            "hoursBetween" => (Time(1) - Time(0)).TotalMilliseconds / 3_600_000,
            "daysBetween" => (Time(1) - Time(0)).TotalMilliseconds / 86_400_000,
            _ => throw new InvalidOperationException($"Unknown function {node.Function.Name}"),
        };
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;

    internal static string Said(object? value) => value switch
    {
        null => "missing",
        true => "true",
        false => "false",
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture),
        string text => $"'{text}'",
        _ => throw new InvalidOperationException($"Unknown value {value.GetType()}"),
    };
}
