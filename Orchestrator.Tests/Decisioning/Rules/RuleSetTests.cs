using System.Text;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Rules;

public sealed class RuleSetTests
{
    static readonly RuleDefinition Large = new("large", "amount > 1_000", "600", "{amount:money} is more than 1,000.");
    static readonly RuleDefinition Unread = new("unread", "fresh", "50", "It is fresh.", OnFailure: new RuleDefault(40, RuleFloor.Review));
    static readonly RuleSetThresholds Thresholds = new(500, 900);
    static readonly ListsSnapshot Lists = new(7, RuleWorld.Lists.Where(l => l.Value is not null).ToDictionary(l => l.Key, l => l.Value!, StringComparer.Ordinal));

    static CompiledRuleSet Compile(RuleSetContent content) =>
        CompiledRuleSet.TryCompile("test", content, RuleWorld.Schema, null, out var compiled, out var errors) ? compiled : throw new InvalidOperationException($"{errors[0]}");

    static RuleSetTotals Totals(RuleSetContent content, double? model = null) =>
        new RuleSetEvaluator(Compile(content), TimeProvider.System).Evaluate(RuleWorld.Sample(), new RuleSetMoment(Lists, RuleWorld.Now, model));

    static RuleSetTotals Totals(params RuleDefinition[] rules) => Totals(new RuleSetContent(Thresholds, rules));

    [Fact]
    public void Rules_when_they_match_do_add_up_and_say_what_they_saw()
    {
        var rules = Compile(new RuleSetContent(Thresholds, [Large, new("ramped", "count >= 3", "ramp(count, 0, 6, 0, 102)", "{count:0} of {{6}}, {merchant}, {device}, {known}, {openedAt}, {count / 7:percent}, {count / 7}")]));
        var result = new RuleSetEvaluator(rules, TimeProvider.System).Explain(RuleWorld.Sample(), new RuleSetMoment(Lists, RuleWorld.Now), trace: false);

        Assert.Equal(new RuleSetTotals(651, 651, FraudOutcome.Review, 2, 0, 0, false), result.Totals);
        Assert.Equal(
            [
                new RuleResult("large", true, 600, RuleFloor.None, RuleFailure.None, "1,250.50 EUR is more than 1,000."),
                new RuleResult("ramped", true, 51, RuleFloor.None, RuleFailure.None, "3 of {6}, Shop, unknown, yes, 2026-03-02 21:30 UTC, 42.9%, 0.43"),
            ],
            result.Rules);
        Assert.Equal($"test-{rules.Hash[..8]}", result.Version);
    }

    [Fact]
    public void Rule_when_it_needs_what_is_unavailable_does_count_by_its_default_and_marks_the_decision()
    {
        var totals = Totals(Unread);

        Assert.Equal((40, FraudOutcome.Review, 1, true), (totals.Score, totals.Outcome, totals.Failed, totals.Degraded));
    }

    [Fact]
    public void Rule_when_its_score_is_missing_does_count_by_its_default() =>
        Assert.Equal((7, 1, 0), Totals(Large with { Score = "length(device)", OnFailure = new RuleDefault(7) }) is var t ? (t.Score, t.Failed, t.Matched) : default);

    [Fact]
    public void Rule_when_its_list_is_not_loaded_does_fail() => Assert.Equal(1, Totals(Large with { When = "merchant in list('gone')" }).Failed);

    [Fact]
    public void Rules_when_the_time_is_up_do_count_by_their_defaults()
    {
        var time = new FakeTimeProvider(RuleWorld.Now) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        var rules = Enumerable.Range(0, 40).Select(i => Large with { Name = $"r{i}", Score = "1", OnFailure = new RuleDefault(2) }).ToArray();
        var deadline = time.GetTimestamp() + (time.TimestampFrequency * 3 / 2_000);

        var evaluator = new RuleSetEvaluator(Compile(new RuleSetContent(Thresholds, rules)), time);
        var moment = new RuleSetMoment(Lists, RuleWorld.Now, Deadline: deadline);
        var totals = evaluator.Evaluate(RuleWorld.Sample(), moment);

        Assert.Equal((16, 24, 16 + 48, true), (totals.Matched, totals.Late, totals.Score, totals.Degraded));
        Assert.Equal("There was no time left for this rule, so its default of 2 counts.", evaluator.Reasons(RuleWorld.Sample(), moment)[^1].Sentence);
    }

    [Theory]
    [InlineData("none", "none", FraudOutcome.Review)]
    [InlineData("review", "none", FraudOutcome.Review)]
    [InlineData("approve", "review", FraudOutcome.Approve)]
    [InlineData("approve", "none", FraudOutcome.Approve)]
    [InlineData("approve", "decline", FraudOutcome.Decline)]
    [InlineData("decline", "review", FraudOutcome.Decline)]
    public void Outcome_when_rules_demand_one_is_the_strongest(string first, string second, FraudOutcome outcome) =>
        Assert.Equal(outcome, Totals(Large with { Outcome = Enum.Parse<RuleFloor>(first, true) }, Large with { Name = "second", Score = "0", Outcome = Enum.Parse<RuleFloor>(second, true) }).Outcome);

    [Theory]
    [InlineData(CombineMode.Rules, 1, 900.0, 600, false)]
    [InlineData(CombineMode.Max, 1, 900.0, 900, false)]
    [InlineData(CombineMode.Max, 0.5, 900.0, 600, false)]
    [InlineData(CombineMode.Sum, 0.5, 300.0, 750, false)]
    [InlineData(CombineMode.Sum, 1, 900.0, 1_000, false)]
    [InlineData(CombineMode.Weighted, 0.25, 1_000.0, 700, false)]
    [InlineData(CombineMode.Max, 1, null, 600, true)]
    [InlineData(CombineMode.Max, 1, double.NaN, 600, true)]
    public void Score_when_there_is_a_model_is_combined(CombineMode mode, double weight, double? model, int score, bool missing)
    {
        var totals = Totals(new RuleSetContent(Thresholds, [Large], new ScoreCombination(mode, weight)), model);

        Assert.Equal((600, score, missing), (totals.RulesScore, totals.Score, totals.ModelMissing));
    }

    [Fact]
    public void Trace_when_asked_for_shows_condition_and_score()
    {
        var result = new RuleSetEvaluator(Compile(new RuleSetContent(Thresholds, [Large with { Score = "count * 2" }])), TimeProvider.System)
            .Explain(RuleWorld.Sample(), new RuleSetMoment(Lists, RuleWorld.Now), trace: true);

        Assert.Equal(["amount = 1250.5", "amount > 1_000 = true", "count = 3", "count * 2 = 6"], Assert.Single(result.Rules).Trace!.Select(s => $"{s.Expression} = {s.Value}"));
    }

    [Fact]
    public void Rule_when_it_is_switched_off_is_checked_and_not_looked_at()
    {
        Assert.Equal(0, Totals(Large with { Enabled = false }).Score);
        Assert.False(CompiledRuleSet.TryCompile("x", new RuleSetContent(Thresholds, [Large with { Enabled = false, When = "" }]), RuleWorld.Schema, null, out _, out _));
    }

    [Fact]
    public void Rule_set_when_it_is_wrong_is_refused_with_every_place()
    {
        var content = new RuleSetContent(
            new RuleSetThresholds(0, 0),
            [
                Large with { When = "amount >\n 1_000 and amout" }, Large with { Score = "2_000" }, Large with { Name = "Not a name", Sentence = "{amount:euros}" },
                Large with { Name = "c", Sentence = "{amount" }, Large with { Name = "d", Tags = [""] }, Large with { Name = "e", OnFailure = new RuleDefault(-1_001) },
            ],
            new ScoreCombination(CombineMode.Weighted, 2));

        Assert.False(CompiledRuleSet.TryCompile("x", content, RuleWorld.Schema, null, out _, out var errors));

        Assert.Equal(
            [
                "out_of_range thresholds.review ", "out_of_range thresholds.decline ", "out_of_range combine.modelWeight ", "unknown_name rules[0].when 2:12", "repeated_name rules[1].name ",
                "out_of_range rules[1].score ", "invalid_name rules[2].name ", "unknown_format rules[2].sentence 1:9", "unexpected_token rules[3].sentence 1:1",
                "invalid_tags rules[4].tags ", "out_of_range rules[5].onFailure.score ",
            ],
            errors.Select(e => $"{e.Code} {e.Field} {(e.Line is null ? "" : $"{e.Line}:{e.Column}")}"));
    }

    [Fact]
    public void Rule_set_when_it_has_too_many_rules_is_refused() => Assert.False(CompiledRuleSet.TryCompile(
        "x", new RuleSetContent(Thresholds, [.. Enumerable.Range(0, 501).Select(i => Large with { Name = $"r{i}" })]), RuleWorld.Schema, null, out _, out _));

    [Theory]
    [InlineData("", "not_a_rule_set")]
    [InlineData("null", "not_a_rule_set")]
    [InlineData("[]", "not_a_rule_set")]
    [InlineData("""{ "thresholds": { "review": 1, "decline": 2 }, "rules": [], "colour": 1 }""", "not_a_rule_set")]
    [InlineData("""{ "thresholds": { "review": 1, "decline": 2 }, "rules": [{ "name": "a", "when": "true", "score": 1, "sentence": "x", "whn": "x" }] }""", "not_a_rule_set")]
    [InlineData("""{ "thresholds": { "review": 1, "decline": 2 }, "rules": [{ "name": "a", "when": null, "score": 1, "sentence": "x" }] }""", "not_a_rule_set")]
    public void Json_when_it_is_no_rule_set_is_refused_by_name(string json, string code)
    {
        Assert.False(RuleSetJson.TryRead(Encoding.UTF8.GetBytes(json), out _, out var error));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public void Json_when_it_is_any_bytes_does_get_an_answer() =>
        Gen.Select(Gen.Int[0, 4_000], Gen.Byte.Array[0, 8]).Sample((at, bytes) =>
        {
            var json = RuleSetJson.Write(BuiltInRuleSet.Content);
            bytes.AsSpan(0, Math.Min(bytes.Length, Math.Max(0, json.Length - at))).CopyTo(json.AsSpan(Math.Min(at, json.Length)));
            if (RuleSetJson.TryRead(json, out var content, out var error))
                CompiledRuleSet.TryCompile("x", content, MessageFields.SchemaWith([]), null, out _, out _);
            else
                Assert.NotEmpty(error.Code);
        },
        iter: 2_000);

    [Fact]
    public void Json_when_written_and_read_is_the_same_and_has_the_same_hash()
    {
        Assert.True(RuleSetJson.TryRead(RuleSetJson.Write(BuiltInRuleSet.Content), out var content, out _));

        Assert.Equal(RuleSetJson.Hash(BuiltInRuleSet.Content), RuleSetJson.Hash(content));
        Assert.NotEqual(RuleSetJson.Hash(content), RuleSetJson.Hash(content with { Thresholds = new RuleSetThresholds(1, 2) }));
    }

    [Fact]
    public void Diff_when_two_sets_differ_does_name_what()
    {
        var from = new RuleSetContent(Thresholds, [Large, Unread, Large with { Name = "gone" }]);
        var to = new RuleSetContent(new RuleSetThresholds(500, 800), [Unread, Large with { Score = "700" }, Large with { Name = "new" }]);

        var diff = RuleSetDiff.Of(from, to);

        Assert.Equal((["thresholds"], ["new"], ["gone"], true), (diff.Settings.Select(s => s.Field).ToArray(), diff.Added.ToArray(), diff.Removed.ToArray(), diff.Reordered), Comparer);
        var changed = Assert.Single(diff.Changed);
        Assert.Equal(("large", "score 600 700"), (changed.Name, string.Join(',', changed.Changes.Select(c => $"{c.Field} {c.From} {c.To}"))));
        Assert.True(RuleSetDiff.Of(from, from) is { Settings: [], Added: [], Removed: [], Changed: [], Reordered: false });
    }

    static bool Comparer((string[] A, string[] B, string[] C, bool D) x, (string[] A, string[] B, string[] C, bool D) y) =>
        x.A.SequenceEqual(y.A) && x.B.SequenceEqual(y.B) && x.C.SequenceEqual(y.C) && x.D == y.D;

    [Fact]
    public void Evaluation_when_it_is_repeated_allocates_nothing()
    {
        var evaluator = new RuleSetEvaluator(Compile(new RuleSetContent(Thresholds, [Large, Unread, Large with { Name = "l", When = "lower('abc') == merchant or merchant in list('mules')" }])), TimeProvider.System);
        var (input, moment) = (RuleWorld.Sample(), new RuleSetMoment(Lists, RuleWorld.Now));
        evaluator.Evaluate(input, moment);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            evaluator.Evaluate(input, moment);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
