using CsCheck;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using static Orchestrator.Tests.Decisioning.Models.RandomModels;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class TreeScoringModelTests
{
    [Fact]
    public void Score_when_trees_are_any_does_equal_the_scorer_to_the_bit() =>
        (from model in Gen.OneOf(Of(8, 20), Of(64, 5)) from vector in AnyVector select (model, vector)).Sample(sample =>
        {
            var expected = new TreeScorer(sample.model, Schema).Score(sample.vector);

            var actual = Scoring(sample.model).Score(sample.vector);

            Assert.Equal(
                (BitConverter.DoubleToInt64Bits(expected.Raw), BitConverter.DoubleToInt64Bits(expected.Probability)),
                (BitConverter.DoubleToInt64Bits(actual.Raw), BitConverter.DoubleToInt64Bits(actual.Probability)));
        });

    [Fact]
    public void Points_when_trees_are_any_do_add_up_to_the_score() =>
        (from model in Of(9, 6) from vector in AnyVector select (model, vector)).Sample(
            sample =>
            {
                var scoring = Scoring(sample.model);

                var sum = (scoring.BaseProbability * 1_000) + scoring.Points(sample.vector).Sum();

                Assert.Equal(scoring.Score(sample.vector).Probability * 1_000, sum, 1e-4);
            },
            iter: 500);

    [Fact]
    public void Reasons_when_trees_are_any_are_what_raised_the_score_the_largest_first_and_fit_the_contract() =>
        (from model in Of(9, 6) from vector in AnyVector from most in Gen.Int[0, 7] select (model, vector, most)).Sample(
            sample =>
            {
                var scoring = Scoring(sample.model);
                var points = scoring.Points(sample.vector);

                var reasons = scoring.Reasons(sample.vector, sample.most);

                Assert.Equal(Math.Min(sample.most, points.Count(p => p >= 0.5)), reasons.Count);
                Assert.Equal(
                    points.Where(p => p >= 0.5).OrderDescending().Take(sample.most).Select(p => (int)Math.Min(Math.Round(p), FraudAssessed.MaxScore)),
                    reasons.Select(r => r.Contribution));
                Assert.All(reasons, r => Assert.Contains(r.Rule, scoring.Model.Inputs));
                Assert.True(reasons.All(r => r.Sentence.Length is > 0 and <= FraudAssessed.MaxSentence && r.Contribution is > 0 and <= FraudAssessed.MaxScore));
            },
            iter: 500);

    [Fact]
    public void Reasons_when_one_thing_raised_the_score_say_it_in_a_sentence()
    {
        var scoring = new TreeScoringModel("stump-00000000", SmallModels.Stump(), SmallModels.Plan);

        var reason = Assert.Single(scoring.Reasons(SmallModels.Vector(250), 3));

        // Log-odds go from -1.6, the mean over what was learnt from, to 2: from 168 points to 881.
        Assert.Equal(new FraudReason("amount", 713, "The amount is 250.00."), reason);
        Assert.Equal(881, scoring.Score(SmallModels.Vector(250)).Points);
        Assert.Empty(scoring.Reasons(SmallModels.Vector(10), 3));
    }

    [Fact]
    public void Scoring_when_vectors_are_many_allocates_nothing()
    {
        var scoring = new TreeScoringModel("stump-00000000", SmallModels.Stump(), SmallModels.Plan);
        var vector = SmallModels.Vector(250);
        scoring.Score(vector);
        var before = GC.GetAllocatedBytesForCurrentThread();

        double sum = 0;
        for (var i = 0; i < 1_000; i++)
            sum += scoring.Score(vector).Probability;

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(sum > 0);
    }

    static TreeScoringModel Scoring(TreeModel model) => new("random-00000000", model, FeaturePlan.Standard);
}
