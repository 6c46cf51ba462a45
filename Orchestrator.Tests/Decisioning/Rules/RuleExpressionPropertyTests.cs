using System.Diagnostics;
using System.Text;
using CsCheck;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Tests.Decisioning.Rules;

/// <summary>No text crashes or stalls the language, and what is compiled means what is written.</summary>
public sealed class RuleExpressionPropertyTests
{
    static readonly string[] Tokens =
    [
        "and", "or", "not", "in", "is", "missing", "present", "true", "list", "if", "time", "(", ")", "[", "]", ",", "+", "-", "*", "/", "%", "??", "==", "<", ">=",
        "amount", "merchant", "known", "occurredAt", "nothing", "min", "lower", "ramp", "1", "0.5", "'a'", "\"b\"", "'", "\\", ".", "{", "\n", "\0", "é",
    ];

    [Fact]
    public void Compiled_expression_when_compared_with_a_walk_does_give_the_same() => Gen.Select(
        Gen.OneOf(RuleWorld.Source(RuleType.Boolean, 4), RuleWorld.Source(RuleType.Number, 4), RuleWorld.Source(RuleType.Text, 3), RuleWorld.Source(RuleType.Time, 3)),
        RuleWorld.Inputs.Array[5]).Sample(
        (source, inputs) =>
        {
            var context = RuleWorld.Context();
            if (!RuleExpression.TryRead(source, null, context, out var expression, out var error))
            {
                Assert.Contains(error.Code, new[] { "too_long", "too_deep" });
                return;
            }
            var lists = RuleWorld.Bound(context);
            foreach (var input in inputs)
            {
                var (compiled, walked) = (RuleWorld.Compiled(expression, input, lists), RuleWorld.Walked(expression, input, lists));
                Assert.True(Equals(compiled, walked), $"{source}: compiled {compiled}, walked {walked}");
                if (compiled.Value is double number)
                    Assert.True(double.IsFinite(number), $"{source}: {number}");
            }
        },
        iter: 20_000);

    [Fact]
    public void Text_when_it_is_any_bytes_does_get_an_answer() =>
        Gen.OneOf(Gen.Byte.Array[0, 300].Select(b => Encoding.Latin1.GetString(b)), Gen.String, Gen.String[Gen.Char["amountdorif()[]'\"\\{}<>=?!. 01,-+*/%\n"], 0, 200]).Sample(Takes, iter: 50_000);

    [Fact]
    public void Text_when_it_is_any_words_does_get_an_answer() =>
        Gen.Select(RuleWorld.Any(Tokens).Array[0, 60], RuleWorld.Any("", " ")).Sample((tokens, between) => Takes(string.Join(between, tokens)), iter: 50_000);

    [Theory]
    [InlineData("(", "known", ")")]
    [InlineData("not ", "known", "")]
    [InlineData("not (", "known", ")")]
    [InlineData("-", "1", "")]
    [InlineData("- (", "1", ")")]
    [InlineData("abs(", "1", ")")]
    [InlineData("if(known, known, ", "known", ")")]
    [InlineData("(known or ", "known", ")")]
    [InlineData("", "known", " and known")]
    [InlineData("", "1", " + 1")]
    [InlineData("", "1", " ?? 1")]
    [InlineData("", "1", " in [1]")]
    [InlineData("'a' in [", "1", "]")]
    [InlineData("", "known", " == known")]
    public void Text_when_it_is_nested_without_end_is_refused_and_not_followed(string before, string middle, string after)
    {
        foreach (var times in (int[])[1, 50, 99, 100, 101, 1_000, 100_000])
        {
            var source = string.Concat(Enumerable.Repeat(before, times)) + middle + string.Concat(Enumerable.Repeat(after, times));
            var began = Stopwatch.GetTimestamp();
            var taken = RuleExpression.TryRead(source, null, RuleWorld.Context(), out _, out var error);

            Assert.True(taken || error is { Code: "too_deep" or "too_long" or "unexpected_token" or "wrong_type" }, error?.ToString());
            Assert.False(times > ExpressionLimits.MaxDepth && taken);
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(2), "the time follows the length, and the length is bounded");
        }
    }

    [Fact]
    public void Expression_when_it_is_as_large_as_may_be_does_stay_within_its_steps()
    {
        var source = string.Join(" or ", Enumerable.Repeat("amount+count>1", 98));

        var expression = RuleWorld.Read(source, RuleWorld.Context());

        Assert.InRange(expression.Program.Steps, 98 * 5, ExpressionLimits.MaxSteps);
    }

    // Whatever is taken can be evaluated, as an expression and within a sentence.
    static void Takes(string source)
    {
        var context = RuleWorld.Context();
        if (RuleExpression.TryRead(source, null, context, out var expression, out var error))
        {
            var lists = RuleWorld.Bound(context);
            Assert.Equal(RuleWorld.Walked(expression, RuleWorld.Sample(), lists), RuleWorld.Compiled(expression, RuleWorld.Sample(), lists));
        }
        else
        {
            Assert.True(error.Line >= 1 && error.Column >= 1 && error.Code.Length > 0 && error.Detail.Length is > 0 and < 300);
        }
        try
        {
            var sentence = SentenceTemplate.Read(source, context);
            var machine = new RuleMachine().On(RuleWorld.Sample(), RuleWorld.Bound(context), 0);
            Assert.True(sentence.Render(machine).Length <= SentenceTemplate.MaxSentence);
        }
        catch (RuleErrorException e)
        {
            Assert.True(e.Error is { Line: >= 1, Column: >= 1 });
        }
    }
}
