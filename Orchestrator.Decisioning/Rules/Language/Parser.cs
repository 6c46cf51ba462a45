using System.Collections.Frozen;
using System.Globalization;

namespace Orchestrator.Decisioning.Rules.Language;

/// <summary>
/// Reads an expression and checks its types on the way: what comes out cannot go wrong when it is evaluated. One token is looked ahead,
/// and nothing is ever read twice, so the time it takes follows the length.
/// </summary>
sealed class Parser
{
    static readonly string[] InstantFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd"];

    static readonly Dictionary<string, BinaryOperator> Comparisons = new(StringComparer.Ordinal)
    {
        ["=="] = BinaryOperator.Equal, ["!="] = BinaryOperator.NotEqual, ["<"] = BinaryOperator.Less,
        ["<="] = BinaryOperator.LessOrEqual, [">"] = BinaryOperator.Greater, [">="] = BinaryOperator.GreaterOrEqual,
    };

    readonly string _source;
    readonly ExpressionContext _context;
    readonly List<Token> _tokens;
    int _next;
    int _nesting;

    Parser(string source, int start, int end, ExpressionContext context)
    {
        (_source, _context) = (source, context);
        if (end - start > ExpressionLimits.MaxLength)
            throw Refuse(start, "too_long", $"at most {ExpressionLimits.MaxLength} characters");
        _tokens = new Lexer(source, start, end).Read();
    }

    Token Current => _tokens[_next];

    /// <summary>The expression from <paramref name="start"/> to <paramref name="end"/>.</summary>
    /// <exception cref="RuleErrorException">It is none.</exception>
    public static Node Parse(string source, int start, int end, ExpressionContext context)
    {
        var parser = new Parser(source, start, end, context);
        var node = parser.Expression();
        if (parser.Current.Kind != TokenKind.End)
            throw parser.Unexpected("the expression ends here, or an operator goes on");
        return node;
    }

    Node Expression()
    {
        if (++_nesting > ExpressionLimits.MaxDepth)
            throw TooDeep(Current.Start);
        var left = And();
        while (Word("or"))
            left = Logical(BinaryOperator.Or, left, And());
        _nesting--;
        return left;
    }

    Node And()
    {
        var left = Not();
        while (Word("and"))
            left = Logical(BinaryOperator.And, left, Not());
        return left;
    }

    Node Not()
    {
        var start = Current.Start;
        if (!Word("not"))
            return Comparison();
        if (++_nesting > ExpressionLimits.MaxDepth)
            throw TooDeep(start);
        var operand = Expect(Not(), RuleType.Boolean);
        _nesting--;
        return Checked(new UnaryNode(UnaryOperator.Not, RuleType.Boolean, operand, start, operand.End));
    }

    Node Comparison()
    {
        var left = Coalesce();
        if (Current.Kind == TokenKind.Symbol && Comparisons.TryGetValue(Current.Text, out var comparison))
        {
            var at = _tokens[_next++].Start;
            var right = Expect(Coalesce(), left.Type);
            if (comparison is not (BinaryOperator.Equal or BinaryOperator.NotEqual) && left.Type is RuleType.Text or RuleType.Boolean)
                throw Refuse(at, "wrong_type", "only numbers and times are greater or less than others");
            return Checked(new BinaryNode(comparison, RuleType.Boolean, left, right));
        }
        if (Word("is"))
        {
            var end = Current.End;
            var missing = Word("missing");
            if (!missing && !Word("present"))
                throw Unexpected("'is' goes on with 'missing' or 'present'");
            return Checked(new UnaryNode(missing ? UnaryOperator.Missing : UnaryOperator.Present, RuleType.Boolean, left, left.Start, end));
        }
        if (Current is { Kind: TokenKind.Name, Text: "not" } && _tokens[_next + 1] is { Kind: TokenKind.Name, Text: "in" })
        {
            _next += 2;
            var set = Set(left);
            return Checked(new UnaryNode(UnaryOperator.Not, RuleType.Boolean, set, set.Start, set.End));
        }
        return Word("in") ? Set(left) : left;
    }

    Node Set(Node value)
    {
        if (Word("list"))
        {
            Expect(value, RuleType.Text);
            Symbol("(");
            var at = Current.Start;
            if (Current.Kind != TokenKind.Text)
                throw Unexpected("the name of a list as a text");
            var name = _tokens[_next++].Text;
            var index = _context.ListIndex(name) ?? throw Refuse(at, "unknown_list", "there is no such list");
            return Checked(new ListNode(value, name, index, Symbol(")")));
        }
        Symbol("[");
        if (value.Type is not (RuleType.Number or RuleType.Text))
            throw Refuse(value.Start, "wrong_type", "a number or a text is looked up in a set");
        var numbers = new List<double>();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var at = Current.Start;
            if (value.Type == RuleType.Text && Current.Kind == TokenKind.Text)
                texts.Add(_tokens[_next++].Text);
            else if (value.Type == RuleType.Number && Take("-") is var negative && Current.Kind == TokenKind.Number)
                numbers.Add(_tokens[_next++].Number * (negative ? -1 : 1));
            else
                throw Unexpected($"a {Said(value.Type)} that is written out");
            if (numbers.Count + texts.Count > ExpressionLimits.MaxSetValues)
                throw Refuse(at, "too_many_values", $"at most {ExpressionLimits.MaxSetValues} values; more belong into a list");
        }
        while (Take(","));
        return Checked(new SetNode(value, [.. numbers.Distinct().Order()], texts.ToFrozenSet(StringComparer.Ordinal), Symbol("]")));
    }

    Node Coalesce()
    {
        var left = Sum();
        while (Take("??"))
            left = Checked(new BinaryNode(BinaryOperator.Coalesce, left.Type, left, Expect(Sum(), left.Type)));
        return left;
    }

    Node Sum()
    {
        var left = Product();
        while (true)
        {
            if (Take("+"))
                left = Arithmetic(BinaryOperator.Add, left, Product());
            else if (Take("-"))
                left = Arithmetic(BinaryOperator.Subtract, left, Product());
            else
                return left;
        }
    }

    Node Product()
    {
        var left = Unary();
        while (true)
        {
            if (Take("*"))
                left = Arithmetic(BinaryOperator.Multiply, left, Unary());
            else if (Take("/"))
                left = Arithmetic(BinaryOperator.Divide, left, Unary());
            else if (Take("%"))
                left = Arithmetic(BinaryOperator.Remainder, left, Unary());
            else
                return left;
        }
    }

    Node Unary()
    {
        var start = Current.Start;
        if (!Take("-"))
            return Primary();
        if (++_nesting > ExpressionLimits.MaxDepth)
            throw TooDeep(start);
        var operand = Expect(Unary(), RuleType.Number);
        _nesting--;
        return Checked<Node>(operand is ValueNode literal
            ? new ValueNode(RuleType.Number, -literal.Value, start, operand.End)
            : new UnaryNode(UnaryOperator.Negate, RuleType.Number, operand, start, operand.End));
    }

    Node Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _next++;
                return new ValueNode(RuleType.Number, token.Number, token.Start, token.End);
            case TokenKind.Text:
                _next++;
                return new TextNode(token.Text, token.Start, token.End);
            case TokenKind.Name when token.Text is "true" or "false":
                _next++;
                return new ValueNode(RuleType.Boolean, token.Text == "true" ? 1 : 0, token.Start, token.End);
            case TokenKind.Name when token.Text is "null":
                throw Refuse(token.Start, "unexpected_token", "what may be missing is asked by 'is missing' and 'is present', and replaced by ??");
            case TokenKind.Name when _tokens[_next + 1] is { Kind: TokenKind.Symbol, Text: "(" }:
                _next += 2;
                return Checked(Call(token));
            case TokenKind.Name when !Lexer.IsWord(token.Text):
                _next++;
                return _context.Schema.TryFind(token.Text, out var slot)
                    ? new FieldNode(token.Text, slot, token.Start, token.End)
                    : throw Refuse(token.Start, "unknown_name", $"neither the message nor a feature has the name '{Short(token.Text)}'");
            case TokenKind.Symbol when token.Text == "(":
                _next++;
                var inner = Expression();
                Symbol(")");
                return inner;
            default:
                throw Unexpected("a value, a name or (");
        }
    }

    Node Call(Token name)
    {
        if (name.Text == "time")
            return Time(name);
        var function = name.Text == "if"
            ? RuleFunction.If
            : RuleFunction.All.GetValueOrDefault(name.Text) ?? throw Refuse(name.Start, "unknown_function", $"there is no function '{Short(name.Text)}'");
        var arguments = new List<Node>();
        var most = Math.Max(function.MaxArguments, function.Parameters.Count);
        var least = function == RuleFunction.If ? most : function.Parameters.Count;
        if (Current is not { Kind: TokenKind.Symbol, Text: ")" })
        {
            do
            {
                if (arguments.Count == most)
                    throw Refuse(Current.Start, "wrong_argument_count", $"{name.Text} takes at most {most}");
                var type = function == RuleFunction.If
                    ? arguments.Count switch { 0 => RuleType.Boolean, 1 => (RuleType?)null, _ => arguments[1].Type }
                    : function.Parameters[Math.Min(arguments.Count, function.Parameters.Count - 1)];
                var argument = Expression();
                arguments.Add(type is { } expected ? Expect(argument, expected) : argument);
            }
            while (Take(","));
        }
        var end = Symbol(")");
        if (arguments.Count < least)
            throw Refuse(name.Start, "wrong_argument_count", $"{name.Text} takes {least}");
        return new CallNode(function, function == RuleFunction.If ? arguments[1].Type : function.Result, arguments, name.Start, end);
    }

    ValueNode Time(Token name)
    {
        if (Current.Kind != TokenKind.Text)
            throw Unexpected("an instant as a text");
        var text = _tokens[_next++];
        if (!DateTimeOffset.TryParseExact(
            text.Text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant))
        {
            throw Refuse(text.Start, "bad_time", "an instant as in '2026-01-31T12:00:00Z', or a day");
        }
        return new ValueNode(RuleType.Time, instant.ToUnixTimeMilliseconds(), name.Start, Symbol(")"));
    }

    BinaryNode Logical(BinaryOperator by, Node left, Node right) =>
        Checked(new BinaryNode(by, RuleType.Boolean, Expect(left, RuleType.Boolean), Expect(right, RuleType.Boolean)));

    BinaryNode Arithmetic(BinaryOperator by, Node left, Node right) =>
        Checked(new BinaryNode(by, RuleType.Number, Expect(left, RuleType.Number), Expect(right, RuleType.Number)));

    Node Expect(Node node, RuleType type) =>
        node.Type == type ? node : throw Refuse(node.Start, "wrong_type", $"a {Said(type)} is expected, and this is a {Said(node.Type)}");

    T Checked<T>(T node)
        where T : Node => node.Depth <= ExpressionLimits.MaxDepth ? node : throw TooDeep(node.Start);

    bool Word(string word)
    {
        if (Current.Kind != TokenKind.Name || Current.Text != word)
            return false;
        _next++;
        return true;
    }

    bool Take(string symbol)
    {
        if (Current.Kind != TokenKind.Symbol || Current.Text != symbol)
            return false;
        _next++;
        return true;
    }

    int Symbol(string symbol) => Take(symbol) ? _tokens[_next - 1].End : throw Unexpected($"{symbol} is expected");

    RuleErrorException Unexpected(string detail) =>
        Refuse(Current.Start, "unexpected_token", Current.Kind == TokenKind.End ? $"it ends too early: {detail}" : detail);

    RuleErrorException TooDeep(int position) => Refuse(position, "too_deep", $"at most {ExpressionLimits.MaxDepth} levels; a chain of operators counts as levels");

    RuleErrorException Refuse(int position, string code, string detail) => new(RuleError.At(_source, position, code, detail));

    internal static string Said(RuleType type) => type switch
    {
        RuleType.Number => "number",
        RuleType.Text => "text",
        RuleType.Boolean => "condition",
        RuleType.Time => "time",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    static string Short(string name) => name.Length <= 40 ? name : $"{name[..40]}...";
}
