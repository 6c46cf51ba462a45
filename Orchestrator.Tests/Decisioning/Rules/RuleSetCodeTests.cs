using CsCheck;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Rules;

/// <summary>Rules that are compiled together, and share what they have in common, mean what each means alone.</summary>
public sealed class RuleSetCodeTests
{
    static readonly RuleSetThresholds Thresholds = new(500, 900);
    static readonly RuleSchema Schema = new(RuleWorld.Schema.Fields.Append(new RuleField("scoreSoFar", RuleType.Number)));
    static readonly ListsSnapshot Lists = new(7, RuleWorld.Lists.Where(l => l.Value is not null).ToDictionary(l => l.Key, l => l.Value!, StringComparer.Ordinal));

    // Rules made of a few conditions, so that they have much in common.
    static readonly Gen<string[]> Conditions =
        from some in RuleWorld.Source(RuleType.Boolean, 3).Array[1, 4]
        from pairs in Gen.Select(Gen.Int[0, 3], RuleWorld.Any(" and ", " or ", " == ", ""), Gen.Int[0, 3], Gen.Int[0, 9]).Array[1, 40]
        select pairs.Select(p => p switch
        {
            (_, _, _, 0) => $"scoreSoFar > {p.Item1 * 20}",
            (_, "", _, _) => some[p.Item1 % some.Length],
            _ => $"({some[p.Item1 % some.Length]}){p.Item2}({some[p.Item3 % some.Length]})",
        }).ToArray();

    static readonly Gen<string> Scores = Gen.OneOf(RuleWorld.Any("10", "-20", "scoreSoFar / 2 + 1"), RuleWorld.Source(RuleType.Number, 2));

    static CompiledRuleSet? Compile(IEnumerable<(string When, string Score)> rules) => CompiledRuleSet.TryCompile(
        "test", new RuleSetContent(Thresholds, [.. rules.Select((r, i) => new RuleDefinition($"r{i}", r.When, r.Score, "So.", OnFailure: new RuleDefault(3)))]), Schema, null, out var compiled, out _)
        ? compiled
        : null;

    [Fact]
    public void Rules_when_compiled_together_does_each_come_to_what_a_walk_comes_to() => Gen.Select(
        Conditions.SelectMany(c => Scores.Array[c.Length].Select(s => c.Zip(s).ToArray())), RuleWorld.Inputs.Array[5]).Sample(
        (rules, inputs) =>
        {
            if (Compile(rules) is not { } compiled)
                return;
            var evaluator = new RuleSetEvaluator(compiled, TimeProvider.System);
            foreach (var input in inputs.Select(Widened))
            {
                var results = evaluator.Explain(input, new RuleSetMoment(Lists, RuleWorld.Now), trace: false).Rules;
                var sum = 0;
                for (var i = 0; i < rules.Length; i++)
                {
                    input.Set(Schema["scoreSoFar"], sum);
                    var (matched, failed, contribution) = Walked(compiled, compiled.Rules[i], input);
                    Assert.True((matched, failed, contribution) == (results[i].Matched, results[i].Failure == RuleFailure.Failed, results[i].Contribution), $"rule {i} of {string.Join('\n', rules)}: {results[i]}");
                    sum += contribution;
                }
            }
        },
        iter: 200);

    [Fact]
    public void Rules_when_they_have_much_in_common_do_compute_it_once()
    {
        var compiled = Compile(Enumerable.Range(0, 40).Select(i => ($"merchant in list('mules') and amount > {i}", "1")))!;

        Assert.Equal(1, compiled.Code.SharedParts);
    }

    [Fact]
    public void Rules_when_a_shared_part_cannot_be_read_do_all_fail()
    {
        var compiled = Compile(Enumerable.Range(0, 20).Select(i => ($"merchant in list('gone') or amount > {i}", "1")))!;

        var totals = new RuleSetEvaluator(compiled, TimeProvider.System).Evaluate(Widened(RuleWorld.Sample()), new RuleSetMoment(Lists, RuleWorld.Now));

        Assert.Equal((20, 0, 60), (totals.Failed, totals.Matched, totals.RulesScore));
    }

    [Fact]
    public void Rules_when_one_is_too_long_to_be_compiled_do_count_all_the_same()
    {
        var huge = string.Join(" or ", Enumerable.Repeat("amount+count<1", 98));
        var compiled = Compile(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? huge : "amount > 1", "1")))!;

        var totals = new RuleSetEvaluator(compiled, TimeProvider.System).Evaluate(Widened(RuleWorld.Sample()), new RuleSetMoment(Lists, RuleWorld.Now));

        Assert.Equal((0, 30), (totals.Failed, totals.Matched));
    }

    [Fact]
    public void Numbers_when_set_at_once_do_equal_those_set_one_by_one() => Gen.Select(
        Gen.OneOf(Gen.Float[-100, 100], RuleWorld.Any(-1f, 0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity)).Array[21], Gen.Bool.Array[21]).Sample((numbers, canBeMissing) =>
        {
            var schema = new RuleSchema([new RuleField("before", RuleType.Number), .. Enumerable.Range(0, 21).Select(i => new RuleField($"n{i}", RuleType.Number))]);
            var input = new RuleInput(schema);
            input.SetUnavailable(schema["n3"]);

            input.SetNumbers(schema["n0"], numbers, [.. canBeMissing.Select(can => can ? -1f : float.NaN)]);

            Assert.True(double.IsNaN(input.Values[0]) && !input.IsUnavailable(schema["n3"]));
            for (var i = 0; i < numbers.Length; i++)
            {
                var expected = float.IsFinite(numbers[i]) && !(canBeMissing[i] && numbers[i] == -1) ? numbers[i] : double.NaN;
                Assert.Equal(expected, input.Values[i + 1]);
            }
        });

    static (bool Matched, bool Failed, int Contribution) Walked(CompiledRuleSet rules, CompiledRule rule, RuleInput input)
    {
        ListEntries?[] lists = [.. rules.Lists.Select(Lists.Find)];
        var walk = new ExpressionWalk(input, lists, RuleWorld.Now);
        var holds = walk.Evaluate(rule.When) is true;
        if (!walk.Failed && !holds)
            return (false, false, 0);
        if (!walk.Failed && walk.Evaluate(rule.Score) is double score && !walk.Failed)
            return (true, false, CompiledRule.Contribution(score));
        return (false, true, 3);
    }

    // The same values, and the name that changes from rule to rule.
    static RuleInput Widened(RuleInput input)
    {
        var widened = new RuleInput(Schema);
        input.Values.CopyTo(widened.Values, 0);
        input.Texts.CopyTo(widened.Texts, 0);
        foreach (var field in RuleWorld.Schema.Fields.Where(f => input.IsUnavailable(RuleWorld.Schema[f.Name])))
            widened.SetUnavailable(Schema[field.Name]);
        return widened;
    }
}
