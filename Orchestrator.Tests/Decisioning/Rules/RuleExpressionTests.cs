using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Tests.Decisioning.Rules;

public sealed class RuleExpressionTests
{
    [Theory]
    [InlineData("1 + 2 * 3", 7.0)]
    [InlineData("(1 + 2) * 3", 9.0)]
    [InlineData("10 - 2 - 3", 5.0)]
    [InlineData("7 % 4 / 2", 1.5)]
    [InlineData("-amount", -1_250.5)]
    [InlineData("- -1", 1.0)]
    [InlineData("1 / 0", null)]
    [InlineData("device ?? merchant", "Shop")]
    [InlineData("length(device) ?? 7 + 1", 8.0)]
    [InlineData("amount > 10 * mean.30d", true)]
    [InlineData("amount>10*mean.30d and count<=3", true)]
    [InlineData("amount == 1_250.50", true)]
    [InlineData("not known or count == 3", true)]
    [InlineData("not (known or count == 3)", false)]
    [InlineData("not not known", true)]
    [InlineData("device == 'x'", null)]
    [InlineData("not device == 'x'", null)]
    [InlineData("device == 'x' or known", true)]
    [InlineData("device == 'x' and not known", false)]
    [InlineData("device is missing and merchant is present", true)]
    [InlineData("merchant in ['a', \"Shop\"]", true)]
    [InlineData("merchant not in ['a']", true)]
    [InlineData("count in [-3, 3]", true)]
    [InlineData("device in ['a']", null)]
    [InlineData("merchant in list('mules')", true)]
    [InlineData("lower(merchant) in list('mules')", false)]
    [InlineData("'m1' in list('mules') and 'm1' not in list('past')", true)]
    [InlineData("startsWith(merchant, 'Sh') and endsWith(merchant, 'op') and contains(merchant, 'ho')", true)]
    [InlineData("upper(lower(merchant))", "SHOP")]
    [InlineData("if(device is missing, 5, 6)", 5.0)]
    [InlineData("if(device == 'x', 'a', 'b')", "b")]
    [InlineData("hour(occurredAt)", 21.0)]
    [InlineData("minute(occurredAt)", 30.0)]
    [InlineData("weekday(occurredAt)", 3.0)]
    [InlineData("dayOfMonth(occurredAt)", 4.0)]
    [InlineData("hoursBetween(openedAt, occurredAt)", 48.0)]
    [InlineData("occurredAt >= time('2026-03-04') and openedAt < time('2026-03-04T00:00:00+01:00')", true)]
    [InlineData("ramp(5, 3, 12, 500, 900)", 500.0 + (400.0 * 2 / 9))]
    [InlineData("ramp(1, 3, 12, 500, 900)", 500.0)]
    [InlineData("ramp(99, 3, 12, 500, 900)", 900.0)]
    [InlineData("ramp(1, 3, 3, 0, 1)", null)]
    [InlineData("clamp(count, 0, 2) + min(1, 2, 3) + max(4, 5)", 8.0)]
    [InlineData("clamp(1, 3, 2)", null)]
    [InlineData("sqrt(-1)", null)]
    [InlineData("round(2.5) + floor(-1.5) + ceil(1.2) + abs(-1)", 4.0)]
    [InlineData("'it\\'s' == \"it's\" and '\\u0041' == 'A'", true)]
    public void Expression_when_evaluated_does_give_what_it_says(string source, object? value)
    {
        var context = RuleWorld.Context();
        var expression = RuleWorld.Read(source, context);

        Assert.Equal((value, false), RuleWorld.Compiled(expression, RuleWorld.Sample(), RuleWorld.Bound(context)));
        Assert.Equal((value, false), RuleWorld.Walked(expression, RuleWorld.Sample(), RuleWorld.Bound(context)));
    }

    [Theory]
    [InlineData("fresh", true)]
    [InlineData("fresh ?? false", true)]
    [InlineData("known or fresh", false)]
    [InlineData("not known and fresh", false)]
    [InlineData("fresh is missing", true)]
    [InlineData("merchant in list('gone')", true)]
    public void Expression_when_it_needs_what_is_unavailable_does_fail(string source, bool failed)
    {
        var context = RuleWorld.Context();
        var expression = RuleWorld.Read(source, context);

        Assert.Equal(failed, RuleWorld.Compiled(expression, RuleWorld.Sample(), RuleWorld.Bound(context)).Failed);
        Assert.Equal(failed, RuleWorld.Walked(expression, RuleWorld.Sample(), RuleWorld.Bound(context)).Failed);
    }

    [Theory]
    [InlineData("", "unexpected_token", 1, 1)]
    [InlineData("amount >", "unexpected_token", 1, 9)]
    [InlineData("amount > 1 2", "unexpected_token", 1, 12)]
    [InlineData("amout > 1", "unknown_name", 1, 1)]
    [InlineData("known and\n  merchant", "wrong_type", 2, 3)]
    [InlineData("amount > 'x'", "wrong_type", 1, 10)]
    [InlineData("merchant < 'x'", "wrong_type", 1, 10)]
    [InlineData("known > false", "wrong_type", 1, 7)]
    [InlineData("1 < 2 < 3", "unexpected_token", 1, 7)]
    [InlineData("amount", "wrong_type", 1, 1)]
    [InlineData("merchant in list('unheard')", "unknown_list", 1, 18)]
    [InlineData("amount in list('mules')", "wrong_type", 1, 1)]
    [InlineData("merchant in []", "unexpected_token", 1, 14)]
    [InlineData("merchant in ['a', 1]", "unexpected_token", 1, 19)]
    [InlineData("known in [1]", "wrong_type", 1, 1)]
    [InlineData("system('rm') == 1", "unknown_function", 1, 1)]
    [InlineData("abs(1, 2) > 0", "wrong_argument_count", 1, 8)]
    [InlineData("min(1) > 0", "wrong_argument_count", 1, 1)]
    [InlineData("hour('x') > 0", "wrong_type", 1, 6)]
    [InlineData("if(known, 1, 'a') > 0", "wrong_type", 1, 14)]
    [InlineData("merchant = 'x'", "unexpected_character", 1, 10)]
    [InlineData("known && known", "unexpected_character", 1, 7)]
    [InlineData("merchant == 'x", "unterminated_text", 1, 13)]
    [InlineData("merchant == 'a\\x'", "bad_escape", 1, 15)]
    [InlineData("amount > 1.2.3", "bad_number", 1, 10)]
    [InlineData("amount > 1e5", "bad_number", 1, 10)]
    [InlineData("merchant == null", "unexpected_token", 1, 13)]
    [InlineData("openedAt > time('soon')", "bad_time", 1, 17)]
    [InlineData("device is 'x'", "unexpected_token", 1, 11)]
    public void Expression_when_it_is_none_is_refused_where_it_is_wrong(string source, string code, int line, int column)
    {
        Assert.False(RuleExpression.TryRead(source, RuleType.Boolean, RuleWorld.Context(), out _, out var error));

        Assert.Equal((code, line, column), (error.Code, error.Line, error.Column));
    }

    [Fact]
    public void Walk_when_it_is_done_has_shown_every_part_it_looked_at()
    {
        var context = RuleWorld.Context();
        var walk = new ExpressionWalk(RuleWorld.Sample(), [], RuleWorld.Now);

        walk.Evaluate(RuleWorld.Read("amount > 10 * mean.30d and (fresh or device == 'x')", context));

        Assert.Equal(
            [
                ("amount", "1250.5"), ("mean.30d", "100"), ("10 * mean.30d", "1000"), ("amount > 10 * mean.30d", "true"), ("fresh", "unavailable"),
                ("device", "missing"), ("device == 'x'", "missing"), ("fresh or device == 'x'", "missing"),
                ("amount > 10 * mean.30d and (fresh or device == 'x'", "missing"),
            ],
            walk.Steps.Select(s => (s.Expression, s.Value)));
        Assert.True(walk.Failed);
    }

    [Theory]
    [InlineData("or")]
    [InlineData("amount name")]
    [InlineData("1st")]
    [InlineData("a..b")]
    [InlineData("")]
    public void Schema_when_a_name_could_not_be_written_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new RuleSchema([new RuleField(name, RuleType.Number)]));
}
