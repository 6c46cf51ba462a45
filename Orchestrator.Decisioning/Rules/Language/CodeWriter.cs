using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;
using Orchestrator.Decisioning.Lists;
using static System.Linq.Expressions.Expression;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// Writes expressions as code that the runtime compiles for the processor. They mean exactly what <see cref="Compiler"/> makes of them: numbers are "not a number" where
/// they are missing; conditions are whole numbers here, so that logic takes comparisons and no arithmetic.
/// </summary>
sealed class CodeWriter
{
    /// <summary>A condition that does not hold.</summary>
    public const int False = 0;

    /// <summary>A condition that holds.</summary>
    public const int True = 1;

    /// <summary>A condition of which it is not known. One that is true or missing has its lowest bit: so (true or missing) of two is their bits together.</summary>
    public const int Missing = 3;

    static readonly MethodInfo SameTexts = typeof(string).GetMethod(nameof(string.Equals), [typeof(string), typeof(string)])!;
    static readonly MethodInfo Finite = ((Func<double, double>)RuleFunctions.Finite).Method;

    readonly SharedParts _parts;
    readonly ParameterExpression _machine = Parameter(typeof(RuleMachine), "machine");
    readonly ParameterExpression _values = Variable(typeof(double[]), "values");
    readonly ParameterExpression _texts = Variable(typeof(string[]), "texts");
    readonly ParameterExpression _shared = Variable(typeof(long[]), "shared");

    /// <summary>A writer of one method after the other.</summary>
    public CodeWriter(SharedParts parts) => _parts = parts;

    /// <summary>Whether something could not be read, of the machine that the method is given.</summary>
    public Expression Failed => Property(_machine, nameof(RuleMachine.Failed));

    /// <summary>A method of the machine.</summary>
    public Func<RuleMachine, T> Method<T>(Expression body) => Lambda<Func<RuleMachine, T>>(
        Block(
            [_values, _texts, _shared],
            Assign(_values, Property(_machine, nameof(RuleMachine.Values))),
            Assign(_texts, Property(_machine, nameof(RuleMachine.Texts))),
            Assign(_shared, Property(_machine, nameof(RuleMachine.Shared))),
            body),
        _machine).Compile();

    /// <summary>What a part comes to, as it is remembered.</summary>
    public Expression Part(Node node) => node.Type == RuleType.Boolean
        ? Expression.Convert(OwnCondition(node), typeof(long))
        : Call(typeof(BitConverter), nameof(BitConverter.DoubleToInt64Bits), null, OwnNumber(node));

    /// <summary>What a delegate comes to.</summary>
    public Expression Delegated(Func<RuleMachine, double> value) => Invoke(Constant(value), _machine);

    /// <summary>Whether a condition holds. What it evaluates is the same as if it were asked for all three answers.</summary>
    public Expression Holds(Node node) => node switch
    {
        _ when _parts.PlaceOf(node) is not null => Equal(Condition(node), Constant(True)),
        BinaryNode { Operator: BinaryOperator.And } b => Let(Condition(b.Left), left =>
            Expression.Condition(Equal(left, Constant(False)), Constant(false), And(Holds(b.Right), Equal(left, Constant(True))))),
        BinaryNode { Operator: BinaryOperator.Or } b => OrElse(Holds(b.Left), Holds(b.Right)),
        BinaryNode { Left.Type: RuleType.Number or RuleType.Time } b when b.Operator is not (BinaryOperator.Coalesce or BinaryOperator.NotEqual) =>
            Compared(b.Operator, Number(b.Left), Number(b.Right)),
        UnaryNode { Operator: UnaryOperator.Missing or UnaryOperator.Present } u => IsPresence(u),
        _ => Equal(Condition(node), Constant(True)),
    };

    /// <summary>A condition: <see cref="False"/>, <see cref="True"/> or <see cref="Missing"/>.</summary>
    public Expression Condition(Node node) => _parts.PlaceOf(node) is { } place ? Expression.Convert(Remembered(place), typeof(int)) : OwnCondition(node);

    /// <summary>A number or time.</summary>
    public Expression Number(Node node) =>
        _parts.PlaceOf(node) is { } place ? Call(typeof(BitConverter), nameof(BitConverter.Int64BitsToDouble), null, Remembered(place)) : OwnNumber(node);

    Expression OwnCondition(Node node) => node switch
    {
        ValueNode v => Constant(v.Value != 0 ? True : False),
        FieldNode { Slot.Index: var index } => Let(ArrayIndex(_values, Constant(index)), value => Expression.Condition(
            Equal(value, Constant(0.0)), Constant(False), Expression.Condition(Known(value), Constant(True), Block(MissedValue(index), Constant(Missing))))),
        UnaryNode { Operator: UnaryOperator.Not } u => Let(Condition(u.Operand), given =>
            Expression.Condition(Equal(given, Constant(Missing)), given, Subtract(Constant(1), given))),
        UnaryNode u => Of(IsPresence(u)),
        BinaryNode b => Binary(b),
        SetNode { Value.Type: RuleType.Text } s => Let(Text(s.Value), text => Unless(IsNull(text), Of(AmongTexts(s, text)))),
        SetNode s => Let(Number(s.Value), number => Unless(Not(Known(number)), Of(AmongNumbers(s, number)))),
        ListNode l => InList(l),
        CallNode c when c.Function == RuleFunction.If => Expression.Condition(Holds(c.Arguments[0]), Condition(c.Arguments[1]), Condition(c.Arguments[2])),
        CallNode c => Let(Call(c.Function.Texts!.Method, Text(c.Arguments[0]), Text(c.Arguments[1])), answer => Unless(Not(Known(answer)), Expression.Convert(answer, typeof(int)))),
        _ => throw new InvalidOperationException($"Unknown node {node}"),
    };

    Expression OwnNumber(Node node) => node switch
    {
        ValueNode v => Constant(v.Value),
        FieldNode { Slot.Index: var index } => Let(ArrayIndex(_values, Constant(index)), value => Expression.Condition(Known(value), value, MissedValue(index))),
        UnaryNode u => Negate(Number(u.Operand)),
        BinaryNode { Operator: BinaryOperator.Coalesce } b => Let(Number(b.Left), left => Expression.Condition(Known(left), left, Number(b.Right))),
        BinaryNode b => Call(Finite, Computed(b.Operator, Number(b.Left), Number(b.Right))),
        CallNode c when c.Function == RuleFunction.If => Expression.Condition(Holds(c.Arguments[0]), Number(c.Arguments[1]), Number(c.Arguments[2])),
        CallNode { Function.One: { } one } c => Call(one.Method, Number(c.Arguments[0])),
        CallNode { Function.Two: { } two } c => c.Arguments.Skip(1).Aggregate(Number(c.Arguments[0]), (left, right) => Call(two.Method, left, Number(right))),
        CallNode { Function.Many: { } many } c => Call(many.Method, c.Arguments.Select(Number).Concat(Enumerable.Repeat(Constant(0.0), 5)).Take(5)),
        CallNode c => Let(Text(c.Arguments[0]), text => Expression.Condition(
            IsNull(text), Constant(double.NaN), Expression.Convert(Property(text, nameof(string.Length)), typeof(double)))),
        _ => throw new InvalidOperationException($"Unknown node {node}"),
    };

    Expression Text(Node node) => node switch
    {
        TextNode t => Constant(t.Value),
        FieldNode { Slot.Index: var index } => Coalesce(ArrayIndex(_texts, Constant(index)), Call(_machine, nameof(RuleMachine.MissedText), null, Constant(index))),
        BinaryNode b => Coalesce(Text(b.Left), Text(b.Right)),
        CallNode c when c.Function == RuleFunction.If => Expression.Condition(Holds(c.Arguments[0]), Text(c.Arguments[1]), Text(c.Arguments[2])),
        CallNode c => Let(Text(c.Arguments[0]), text => Expression.Condition(
            IsNull(text), text, Call(text, c.Function.Name == "lower" ? nameof(string.ToLowerInvariant) : nameof(string.ToUpperInvariant), null))),
        _ => throw new InvalidOperationException($"Unknown node {node}"),
    };

    Expression Binary(BinaryNode node)
    {
        if (node.Left.Type == RuleType.Text)
        {
            return Let(Text(node.Left), left => Let(Text(node.Right), right => Unless(
                OrElse(IsNull(left), IsNull(right)), Of(node.Operator == BinaryOperator.Equal ? Call(SameTexts, left, right) : Not(Call(SameTexts, left, right))))));
        }
        if (node.Left.Type == RuleType.Boolean)
            return Logic(node);
        return Let(Number(node.Left), left => Let(Number(node.Right), right => Expression.Condition(
            Compared(node.Operator == BinaryOperator.NotEqual ? BinaryOperator.Equal : node.Operator, left, right),
            Constant(node.Operator == BinaryOperator.NotEqual ? False : True),
            Unless(Not(AndAlso(Known(left), Known(right))), Constant(node.Operator == BinaryOperator.NotEqual ? True : False)))));
    }

    Expression Logic(BinaryNode node) => Let(Condition(node.Left), left => node.Operator switch
    {
        BinaryOperator.And => Decided(left, False, node.Right),
        BinaryOperator.Or => Decided(left, True, node.Right),
        BinaryOperator.Coalesce => Expression.Condition(Equal(left, Constant(Missing)), Condition(node.Right), left),
        _ => Let(Condition(node.Right), right => Unless(
            Equal(Or(left, right), Constant(Missing)),
            Of(node.Operator == BinaryOperator.Equal ? Equal(left, right) : NotEqual(left, right)))),
    });

    // The one answer of either side that decides; else it is what they agree on, or missing.
    ConditionalExpression Decided(Expression left, int answer, Node next) => Expression.Condition(
        Equal(left, Constant(answer)), left, Let(Condition(next), right => Expression.Condition(Equal(right, Constant(answer)), right, Or(left, right))));

    Expression IsPresence(UnaryNode node)
    {
        var missing = node.Operand.Type switch
        {
            RuleType.Text => IsNull(Text(node.Operand)),
            RuleType.Boolean => Equal(Condition(node.Operand), Constant(Missing)),
            _ => Let(Number(node.Operand), value => Not(Known(value))),
        };
        return node.Operator == UnaryOperator.Missing ? missing : Not(missing);
    }

    static Expression AmongTexts(SetNode node, Expression text) => node.Texts.Count > Compiler.Few
        ? Call(Constant(node.Texts, typeof(FrozenSet<string>)), nameof(node.Texts.Contains), null, text)
        : node.Texts.Select(t => (Expression)Call(SameTexts, text, Constant(t))).Aggregate(OrElse);

    static Expression AmongNumbers(SetNode node, Expression number) => node.Numbers.Length > Compiler.Few
        ? GreaterThanOrEqual(Call(((Func<double[], double, int>)Array.BinarySearch).Method, Constant(node.Numbers), number), Constant(0))
        : node.Numbers.Select(n => (Expression)Equal(number, Constant(n))).Aggregate(OrElse);

    Expression InList(ListNode node) => Let(Text(node.Value), text => Let(Call(_machine, nameof(RuleMachine.List), null, Constant(node.Index)), list => Expression.Condition(
        IsNull(list),
        Block(Call(_machine, nameof(RuleMachine.MissedList), null), Constant(Missing)),
        Unless(IsNull(text), Of(Call(list, nameof(ListEntries.Contains), null, text, Property(_machine, nameof(RuleMachine.NowMs))))))));

    Expression Remembered(int place) => Let(ArrayIndex(_shared, Constant(place)), value => Expression.Condition(
        Equal(value, Constant(RuleMachine.NotYet)), Call(_machine, nameof(RuleMachine.Part), null, Constant(place)), value));

    MethodCallExpression MissedValue(int index) => Call(_machine, nameof(RuleMachine.MissedValue), null, Constant(index));

    static BinaryExpression Compared(BinaryOperator comparison, Expression left, Expression right) => comparison switch
    {
        BinaryOperator.Equal => Equal(left, right),
        BinaryOperator.Less => LessThan(left, right),
        BinaryOperator.LessOrEqual => LessThanOrEqual(left, right),
        BinaryOperator.Greater => GreaterThan(left, right),
        BinaryOperator.GreaterOrEqual => GreaterThanOrEqual(left, right),
        _ => throw new InvalidOperationException($"{comparison} is no comparison"),
    };

    static BinaryExpression Computed(BinaryOperator arithmetic, Expression left, Expression right) => arithmetic switch
    {
        BinaryOperator.Add => Add(left, right),
        BinaryOperator.Subtract => Subtract(left, right),
        BinaryOperator.Multiply => Multiply(left, right),
        BinaryOperator.Divide => Divide(left, right),
        BinaryOperator.Remainder => Modulo(left, right),
        _ => throw new InvalidOperationException($"{arithmetic} is no arithmetic"),
    };

    // Nothing but "not a number" differs from itself.
    static BinaryExpression Known(Expression number) => Equal(number, number);

    static BinaryExpression IsNull(Expression value) => ReferenceEqual(value, Constant(null));

    static ConditionalExpression Of(Expression holds) => Expression.Condition(holds, Constant(True), Constant(False));

    static ConditionalExpression Unless(Expression missing, Expression answer) => Expression.Condition(missing, Constant(Missing), answer);

    static Expression Let(Expression value, Func<Expression, Expression> body)
    {
        if (value is ConstantExpression)
            return body(value);
        var variable = Variable(value.Type);
        return Block([variable], Assign(variable, value), body(variable));
    }
}
