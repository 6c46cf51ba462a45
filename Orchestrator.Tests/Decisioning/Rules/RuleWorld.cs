using CsCheck;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Tests.Decisioning.Rules;

/// <summary>Names, values and lists of the tests of rules, and random expressions over them.</summary>
static class RuleWorld
{
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 21, 30, 15, TimeSpan.Zero);

    public static readonly RuleSchema Schema = new(
    [
        new("amount", RuleType.Number), new("count", RuleType.Number), new("mean.30d", RuleType.Number),
        new("merchant", RuleType.Text), new("currency", RuleType.Text), new("device", RuleType.Text),
        new("known", RuleType.Boolean), new("fresh", RuleType.Boolean),
        new("occurredAt", RuleType.Time), new("openedAt", RuleType.Time),
    ]);

    /// <summary>The lists of <see cref="Schema"/>'s expressions by name; "gone" is known, but not loaded.</summary>
    public static readonly IReadOnlyDictionary<string, ListEntries?> Lists = new Dictionary<string, ListEntries?>(StringComparer.Ordinal)
    {
        ["mules"] = ListEntries.Of([new("m1", ListEntryChange.Never), new("Shop", Now.AddHours(1).ToUnixTimeMilliseconds()), new("", ListEntryChange.Never)]),
        ["past"] = ListEntries.Of([new("m1", Now.ToUnixTimeMilliseconds())]),
        ["gone"] = null,
    };

    public static ExpressionContext Context() => new(Schema, Lists.Keys.ToHashSet(StringComparer.Ordinal));

    public static ListEntries?[] Bound(ExpressionContext context) => [.. context.Lists.Select(l => Lists[l])];

    /// <summary>An input in which everything has a value but device, which is missing, and fresh, which is unavailable.</summary>
    public static RuleInput Sample()
    {
        var input = new RuleInput(Schema);
        input.Set(Schema["amount"], 1_250.5);
        input.Set(Schema["count"], 3);
        input.Set(Schema["mean.30d"], 100);
        input.Set(Schema["merchant"], "Shop");
        input.Set(Schema["currency"], "EUR");
        input.Set(Schema["known"], true);
        input.SetUnavailable(Schema["fresh"]);
        input.Set(Schema["occurredAt"], Now);
        input.Set(Schema["openedAt"], Now.AddDays(-2));
        return input;
    }

    public static RuleExpression Read(string source, ExpressionContext context, RuleType? type = null) =>
        RuleExpression.TryRead(source, type, context, out var expression, out var error) ? expression : throw new InvalidOperationException($"{source}: {error}");

    /// <summary>The compiled answer: a double, string, bool or time; null when missing.</summary>
    public static (object? Value, bool Failed) Compiled(RuleExpression expression, RuleInput input, ListEntries?[] lists)
    {
        var machine = new RuleMachine().On(input, lists, Now.ToUnixTimeMilliseconds());
        if (expression.Program.Text is { } text)
            return (text(machine), machine.Failed);
        var value = expression.Program.Value!(machine);
        object? typed = double.IsNaN(value) ? null : expression.Type switch
        {
            RuleType.Boolean => value != 0,
            RuleType.Time => DateTimeOffset.FromUnixTimeMilliseconds((long)value),
            _ => value,
        };
        return (typed, machine.Failed);
    }

    public static (object? Value, bool Failed) Walked(RuleExpression expression, RuleInput input, ListEntries?[] lists)
    {
        var walk = new ExpressionWalk(input, lists, Now);
        return (walk.Evaluate(expression), walk.Failed);
    }

    /// <summary>One of these.</summary>
    public static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static readonly Gen<double> Numbers = Gen.OneOf(Any(0.0, 1, -1, 0.1, 2.5, 3, 100, 1_250.5, 1e15, -1e15, 1e300, -1e300, 5e-324), Gen.Double[-1e6, 1e6], Gen.Int[-5, 5].Select(i => (double)i));
    static readonly Gen<string> Strings = Gen.OneOf(Any("", "m1", "Shop", "shop", "EUR", "ß", "İ"), Gen.String[Gen.Char["abAB1 "], 0, 4]);
    static readonly Gen<DateTimeOffset> Times = Gen.OneOf(
        Any(Now, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)), Gen.Long[-1_000_000_000_000, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds));

    /// <summary>Random inputs: each value there, missing or unavailable.</summary>
    public static readonly Gen<RuleInput> Inputs = Gen.Select(Gen.Int[0, 9].Array[10], Numbers.Array[3], Strings.Array[3], Gen.Bool.Array[2], Times.Array[2]).Select((fates, numbers, texts, booleans, times) =>
    {
        var input = new RuleInput(Schema);
        var (n, t, b, d) = (0, 0, 0, 0);
        for (var i = 0; i < Schema.Fields.Count; i++)
        {
            var slot = Schema[Schema.Fields[i].Name];
            switch (slot.Type)
            {
                case RuleType.Number: input.Set(slot, numbers[n++]); break;
                case RuleType.Text: input.Set(slot, texts[t++]); break;
                case RuleType.Boolean: input.Set(slot, booleans[b++]); break;
                case RuleType.Time: input.Set(slot, times[d++]); break;
            }
            if (fates[i] == 0)
                input.SetUnavailable(slot);
            else if (fates[i] is 1 or 2 && slot.Type == RuleType.Text)
                input.Set(slot, (string?)null);
            else if (fates[i] is 1 or 2)
                input.Values[slot.Index] = double.NaN;
        }
        return input;
    });

    /// <summary>Random well-typed expressions, as they are written.</summary>
    public static Gen<string> Source(RuleType type, int depth) => type switch
    {
        RuleType.Number => Number(depth),
        RuleType.Text => Text(depth),
        RuleType.Boolean => Condition(depth),
        _ => Time(depth),
    };

    static Gen<string> Number(int depth)
    {
        var leaf = Gen.OneOf(Any("amount", "count", "mean.30d", "0", "1", "2.5", "-3", "1_000", "0.1", "999999999999999999999999999999"), Gen.Int[-9, 9].Select(i => $"{i}"));
        if (depth == 0)
            return leaf;
        var n = Number(depth - 1);
        var d = Time(depth - 1);
        return Gen.Frequency(
            (2, leaf),
            (6, Gen.Select(n, Any("+", "-", "*", "/", "%", "??"), n, (l, o, r) => $"({l}) {o} ({r})")),
            (1, n.Select(x => $"-({x})")),
            (2, Gen.Select(Any("abs", "floor", "ceil", "round", "sqrt", "ln"), n, (f, x) => $"{f}({x})")),
            (1, Gen.Select(Any("min", "max"), n.Array[2, 4], (f, x) => $"{f}({string.Join(", ", x)})")),
            (1, Gen.Select(n, n, n, (x, l, h) => $"clamp({x}, {l}, {h})")),
            (1, Gen.Select(n, n, n, n, n, (x, f, t, l, h) => $"ramp({x}, {f}, {t}, {l}, {h})")),
            (1, Gen.Select(Condition(depth - 1), n, n, (c, x, y) => $"if({c}, {x}, {y})")),
            (1, Text(depth - 1).Select(x => $"length({x})")),
            (2, Gen.Select(Any("hour", "minute", "weekday", "dayOfMonth"), d, (f, x) => $"{f}({x})")),
            (1, Gen.Select(Any("minutesBetween", "hoursBetween", "daysBetween"), d, d, (f, x, y) => $"{f}({x}, {y})")));
    }

    static Gen<string> Text(int depth)
    {
        var leaf = Any("merchant", "currency", "device", "'m1'", "\"Shop\"", "''", "'\\u00dfA'", "'a\\'b'");
        if (depth == 0)
            return leaf;
        var t = Text(depth - 1);
        return Gen.Frequency(
            (3, leaf),
            (2, Gen.Select(Any("lower", "upper"), t, (f, x) => $"{f}({x})")),
            (2, Gen.Select(t, t, (l, r) => $"({l}) ?? ({r})")),
            (1, Gen.Select(Condition(depth - 1), t, t, (c, x, y) => $"if({c}, {x}, {y})")));
    }

    static Gen<string> Time(int depth)
    {
        var leaf = Any("occurredAt", "openedAt", "time('2026-03-04')", "time('2025-12-31T23:59:59.5+02:00')");
        if (depth == 0)
            return leaf;
        var d = Time(depth - 1);
        return Gen.Frequency((3, leaf), (1, Gen.Select(d, d, (l, r) => $"({l}) ?? ({r})")), (1, Gen.Select(Condition(depth - 1), d, d, (c, x, y) => $"if({c}, {x}, {y})")));
    }

    static Gen<string> Condition(int depth)
    {
        var leaf = Any("known", "fresh", "true", "false");
        if (depth == 0)
            return leaf;
        var (n, t, c, d) = (Number(depth - 1), Text(depth - 1), Condition(depth - 1), Time(depth - 1));
        return Gen.Frequency(
            (1, leaf),
            (4, Gen.Select(n, Any("==", "!=", "<", "<=", ">", ">="), n, (l, o, r) => $"({l}) {o} ({r})")),
            (1, Gen.Select(d, Any("==", "!=", "<", "<=", ">", ">="), d, (l, o, r) => $"({l}) {o} ({r})")),
            (2, Gen.Select(t, Any("==", "!="), t, (l, o, r) => $"({l}) {o} ({r})")),
            (4, Gen.Select(c, Any("and", "or", "==", "!=", "??"), c, (l, o, r) => $"({l}) {o} ({r})")),
            (2, c.Select(x => $"not ({x})")),
            (1, Gen.Select(Gen.OneOf(n, t, c, d), Any("missing", "present"), (x, w) => $"({x}) is {w}")),
            (2, Gen.Select(t, Any("in", "not in"), Any("['m1']", "['', \"shop\", 'EUR']", "list('mules')", "list(\"past\")", "list('gone')"), (x, o, s) => $"({x}) {o} {s}")),
            (1, Gen.Select(n, Any("in", "not in"), Any("[1]", "[-3, 0, 2.5, 100]"), (x, o, s) => $"({x}) {o} {s}")),
            (2, Gen.Select(Any("startsWith", "endsWith", "contains"), t, t, (f, x, y) => $"{f}({x}, {y})")),
            (1, Gen.Select(c, c, c, (x, y, z) => $"if({x}, {y}, {z})")));
    }
}
