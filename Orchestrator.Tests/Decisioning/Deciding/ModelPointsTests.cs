using CsCheck;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning.Deciding;

public sealed class ModelPointsTests
{
    static readonly Gen<DecisionThresholds> OfModels =
        from review in Gen.Double[0, DecisionThresholds.Never]
        from share in Gen.OneOf(Gen.Const(0.0), Gen.Double[0, 1])
        select new DecisionThresholds(review, review + ((DecisionThresholds.Never - review) * share));

    static readonly Gen<RuleSetThresholds> OfRules =
        from review in Gen.Int[1, 1_000]
        from decline in Gen.Int[review + 1, 1_001]
        select new RuleSetThresholds(review, decline);

    static readonly Gen<double> Probabilities = Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(1.0));

    [Fact]
    public void Model_when_rules_do_not_say_how_to_combine_is_heeded_by_its_own_thresholds() =>
        Gen.Select(OfModels, OfRules, Probabilities, Gen.Bool).Sample((model, rules, drawn, exactly) =>
        {
            // A rule set that never declines does not decline by a model's word either.
            var probability = exactly ? Math.Min(1, model.Review) : drawn;
            var points = Points(rules, probability, model);
            Assert.InRange(points, 0, 1_000);
            Assert.Equal(probability >= model.Review || probability >= model.Decline, points >= rules.Review);
            if (rules.Decline <= 1_000)
                Assert.Equal(probability >= model.Decline, points >= rules.Decline);
        });

    [Fact]
    public void Model_when_it_is_surer_never_has_fewer_points() =>
        Gen.Select(OfModels, OfRules, Probabilities, Probabilities).Sample((model, rules, one, other) =>
            Assert.True(Points(rules, Math.Min(one, other), model) <= Points(rules, Math.Max(one, other), model)));

    [Fact]
    public void Model_when_rules_say_how_to_combine_counts_by_its_probability() =>
        Assert.Equal(421, ModelPoints.Of(
            new RuleSetContent(new RuleSetThresholds(500, 900), [], new ScoreCombination(CombineMode.Sum)), new ModelScore(0, 0.4212), new DecisionThresholds(0.02, 0.3)));

    static int Points(RuleSetThresholds rules, double probability, DecisionThresholds model) =>
        ModelPoints.Of(new RuleSetContent(rules, []), new ModelScore(0, probability), model);
}
