using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Deciding;

public sealed class TransactionDeciderTests
{
    static readonly float[] Quiet = BuiltInDecider.Vector(new FeatureEngine(FeaturePlan.Standard), Of(5_000));

    readonly BuiltInDecider _rules = new();

    [Theory]
    [InlineData(0, FraudOutcome.Approve)]
    [InlineData(0.0199, FraudOutcome.Approve)]
    [InlineData(0.02, FraudOutcome.Review)]
    [InlineData(0.2999, FraudOutcome.Review)]
    [InlineData(0.3, FraudOutcome.Decline)]
    [InlineData(1, FraudOutcome.Decline)]
    public void Champion_when_rules_do_not_say_how_to_combine_decides_by_its_own_thresholds(double probability, FraudOutcome expected)
    {
        var decision = _rules.Decide(Quiet, Of(5_000), models: StatedModel.Champion(probability));

        Assert.Equal((expected, "trees-1", null), (decision.Outcome, decision.ModelVersion, decision.Degraded));
    }

    [Theory]
    [InlineData(CombineMode.Rules, 1, 100, null)]
    [InlineData(CombineMode.Max, 1, 400, "trees-1")]
    [InlineData(CombineMode.Max, 0.1, 100, "trees-1")]
    [InlineData(CombineMode.Sum, 0.5, 300, "trees-1")]
    [InlineData(CombineMode.Weighted, 0.5, 250, "trees-1")]
    public void Champion_when_rules_say_how_to_combine_counts_so(CombineMode mode, double weight, int score, string? model)
    {
        var decision = _rules.Decide(Quiet, Of(5_000), _rules.With(_ => Hundred(new ScoreCombination(mode, weight))), StatedModel.Champion(0.4));

        Assert.Equal((score, model), (decision.Score, decision.ModelVersion));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(CombineMode.Rules, false)]
    [InlineData(CombineMode.Max, true)]
    [InlineData(CombineMode.Sum, true)]
    [InlineData(CombineMode.Weighted, true)]
    public void Decision_when_there_is_no_champion_is_marked_only_where_rules_want_one(CombineMode? mode, bool marked)
    {
        var decision = _rules.Decide(Quiet, Of(5_000), _rules.With(_ => Hundred(mode is { } given ? new ScoreCombination(given, 0.5) : null)));

        Assert.Equal((100, null, marked), (decision.Score, decision.ModelVersion, decision.Degraded?.Contains(DegradedReasons.ModelUnavailable) is true));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-7)] // throws
    public void Decision_when_the_champion_fails_is_made_by_the_rules_and_marked(double probability)
    {
        var models = new ModelsInForce(new StatedModel("trees-1", _ => probability < 0 ? throw new InvalidOperationException("a test's") : probability), null);

        var decision = _rules.Decide(Quiet, Of(5_000), models: models);

        Assert.Equal((FraudOutcome.Approve, 0, null), (decision.Outcome, decision.Score, decision.ModelVersion));
        Assert.Equal([DegradedReasons.ModelUnavailable], decision.Degraded!);
    }

    [Fact]
    public void Reasons_when_the_champion_made_it_no_approval_are_the_model_s_too()
    {
        Assert.Empty(_rules.Decide(Quiet, Of(5_000), models: StatedModel.Champion(0.01)).Reasons);
        Assert.Equal(["amount"], _rules.Decide(Quiet, Of(5_000), models: StatedModel.Champion(0.1)).Reasons.Select(r => r.Rule));
        // The rules alone come to more than the model says.
        var memory = new FeatureEngine(FeaturePlan.Standard);
        var large = Of(5_000_000);
        Assert.Equal(["large_first_payment"], _rules.Decide(BuiltInDecider.Vector(memory, large), large, models: StatedModel.Champion(0.021)).Reasons.Select(r => r.Rule));
    }

    [Fact]
    public void Reasons_when_the_champion_cannot_give_any_are_those_of_the_rules()
    {
        var memory = new FeatureEngine(FeaturePlan.Standard);
        var large = Of(1_000_000);
        var decision = _rules.Decide(BuiltInDecider.Vector(memory, large), large, models: new ModelsInForce(new SpeechlessModel(), null));

        Assert.Equal((FraudOutcome.Decline, "speechless"), (decision.Outcome, decision.ModelVersion));
        Assert.Equal(["large_first_payment"], decision.Reasons.Select(r => r.Rule));
    }

    [Fact]
    public void Shadow_when_rules_are_on_trial_is_theirs_with_the_champion()
    {
        var rules = _rules.With(shadow: _ => Hundred(new ScoreCombination(CombineMode.Sum)));
        var decision = _rules.Decide(Quiet, Of(5_000), rules, StatedModel.Champion(0.01));

        Assert.Equal(new ShadowDecision(FraudOutcome.Approve, 110, rules.Shadow!.Version), decision.Shadow);
    }

    [Fact]
    public void Shadow_when_a_model_is_on_trial_is_the_live_rules_with_it()
    {
        var models = StatedModel.Champion(0.01) with { Challenger = new StatedModel("trees-2", _ => 0.5) };
        var decision = _rules.Decide(Quiet, Of(5_000), models: models);

        Assert.Equal((FraudOutcome.Approve, "trees-1"), (decision.Outcome, decision.ModelVersion));
        Assert.Equal((FraudOutcome.Decline, "trees-2"), (decision.Shadow!.Outcome, decision.Shadow.Version));
    }

    [Fact]
    public void Shadow_when_rules_and_a_model_are_on_trial_is_both_together_and_names_both()
    {
        var rules = _rules.With(shadow: _ => Hundred(new ScoreCombination(CombineMode.Sum)));
        var models = StatedModel.Champion(0.01) with { Challenger = new StatedModel("trees-2", _ => 0.5) };

        Assert.Equal(new ShadowDecision(FraudOutcome.Review, 600, $"{rules.Shadow!.Version} + trees-2"), _rules.Decide(Quiet, Of(5_000), rules, models).Shadow);
    }

    [Fact]
    public void Shadow_when_its_names_are_long_still_fits_into_the_message()
    {
        var rules = _rules.With(shadow: c => c);
        Assert.True(CompiledRuleSet.TryCompile(new string('r', 64), BuiltInRuleSet.Content, BuiltInDecider.Schema, null, out var shadow, out _));
        var models = new ModelsInForce(null, new StatedModel($"{new string('m', 64)}-01234567", _ => 0.5));
        var decision = _rules.Decide(Quiet, Of(5_000), rules with { Shadow = shadow }, models);

        var errors = new Contracts.ContractErrors();
        decision.Validate(errors);
        Assert.True(errors.None);
        Assert.Contains(shadow.Hash[..8], decision.Shadow!.Version, StringComparison.Ordinal);
        Assert.EndsWith("-01234567", decision.Shadow.Version, StringComparison.Ordinal);
    }

    [Fact]
    public void Shadow_when_the_live_rules_heed_no_model_is_none()
    {
        var rules = _rules.With(_ => Hundred(new ScoreCombination(CombineMode.Rules)));

        Assert.Null(_rules.Decide(Quiet, Of(5_000), rules, new ModelsInForce(null, new StatedModel("trees-2", _ => 0.5))).Shadow);
    }

    [Fact]
    public void Feature_when_it_is_missing_is_not_known_to_rules_and_one_below_zero_is_a_number()
    {
        var rules = _rules.With(_ => new RuleSetContent(new RuleSetThresholds(500, 900),
        [
            new("unknown", "account_median is missing and terminal_mean_7d is missing", "1", "x"),
            new("known", "amount_deviations_30d == -1 and account_count_30d == 1 and amount == 50", "2", "x"),
        ]));
        var vector = Quiet.ToArray();
        vector[FeaturePlan.Standard.Schema.IndexOf("amount_deviations_30d")] = -1;

        Assert.Equal(["unknown", "known"], _rules.Decide(vector, Of(5_000), rules).Reasons.Select(r => r.Rule));
    }

    [Fact]
    public void Decision_when_the_caller_knows_that_something_lacks_is_marked_so()
    {
        var decision = _rules.Decider.Decide(Of(5_000), Quiet, Noon.AddDays(-1), _rules.Current, ModelsInForce.None, Noon.AddSeconds(-1), Noon, DegradedReasons.FeaturesUnavailable);

        Assert.Equal([DegradedReasons.FeaturesUnavailable], decision.Degraded!);
        Assert.Equal((Noon.AddDays(-1), Noon.AddSeconds(-1), Noon), (decision.Watermark, decision.ReceivedAt, decision.AssessedAt));
    }

    [Fact]
    public void Decision_when_a_list_is_not_loaded_is_marked_and_made()
    {
        var decision = _rules.Decide(Quiet, Of(5_000), _rules.Current with { Lists = ListsSnapshot.None });

        Assert.Equal(FraudOutcome.Approve, decision.Outcome);
        Assert.Equal([DegradedReasons.RuleFailed], decision.Degraded!);
        Assert.Contains(decision.Rules!, r => r is { Rule: "denied_account", Failed: true });
    }

    [Fact]
    public void Published_outcome_when_it_is_read_off_the_json_is_the_decision_s()
    {
        foreach (var outcome in Enum.GetValues<FraudOutcome>())
        {
            var decision = _rules.Decide(Quiet, Of(5_000)) with { Outcome = outcome, Reasons = [new FraudReason("outcome", 1, "decline")] };
            var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(decision, Contracts.Catalog.ContractJson.Default.FraudAssessed);
            Assert.Equal(outcome == FraudOutcome.Decline, PublishedOutcome.Read(json).IsDecline);
        }
    }

    static RuleSetContent Hundred(ScoreCombination? combine) =>
        new(new RuleSetThresholds(500, 900), [new RuleDefinition("hundred", "amount > 0", "100", "{amount:money}.")], combine);

    sealed class SpeechlessModel : IScoringModel
    {
        public string Version => "speechless";

        public DecisionThresholds Thresholds => new(0.02, 0.3);

        public ModelScore Score(ReadOnlySpan<float> vector) => new(0, 0.9);

        public IReadOnlyList<FraudReason> Reasons(ReadOnlySpan<float> vector, int atMost) => throw new InvalidOperationException("a test's");
    }
}
