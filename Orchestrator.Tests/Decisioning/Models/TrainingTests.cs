using CsCheck;
using Orchestrator.Cli.Simulation;
using Orchestrator.Cli.Train;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class TrainingTests
{
    static readonly HandbookParameters Small = new() { Seed = 5, Customers = 400, Terminals = 600, Days = 70, Side = 40, TerminalsCompromisedPerDay = 1, CustomersCompromisedPerDay = 2 };

    static readonly Lazy<LabelledRows> Rows = new(() => Replay(History()));

    [Fact]
    public void Evaluator_when_trees_are_trained_does_agree_with_the_trainer()
    {
        var train = Rows.Value.Where(r => Day(r) < 55);
        var test = Rows.Value.Where(r => Day(r) >= 62);

        var (model, scores) = TreeTrainer.GrowAndScore(train, test, new TrainingOptions());

        var scorer = new TreeScorer(TreeModelFormat.Read(TreeModelFormat.Write(model), test.Schema), test.Schema);
        Assert.Equal(200, model.Trees.Count);
        for (var i = 0; i < test.Count; i++)
            Assert.Equal(scores[i], scorer.Raw(test.Vector(i)), 1e-5);
    }

    [Fact]
    public void Trainer_when_rows_and_seed_are_the_same_does_give_the_same_model_and_finds_frauds()
    {
        var train = Rows.Value.Where(r => Day(r) < 55);
        var test = Rows.Value.Where(r => Day(r) >= 62);
        var options = new TrainingOptions { Trees = 60, LearningRate = 0.1 };

        var model = TreeTrainer.Train(train, options, "small");

        Assert.Equal(TreeModelFormat.Write(model), TreeModelFormat.Write(TreeTrainer.Train(train, options, "small")));
        var scorer = new TreeScorer(model, test.Schema);
        double[] probabilities = [.. Enumerable.Range(0, test.Count).Select(i => scorer.Score(test.Vector(i)).Probability)];
        bool[] labels = [.. Enumerable.Range(0, test.Count).Select(i => test[i].IsFraud)];
        Assert.InRange(Ranking.Of(probabilities, labels).AveragePrecision, 0.3, 1);
        Assert.InRange(probabilities.Sum() / labels.Count(l => l), 0.4, 2.5);
        var worst = Array.IndexOf(probabilities, probabilities.Max());
        var reasons = new TreeContributions(scorer).Reasons(test.Vector(worst), FeaturePlan.Standard, 3);
        Assert.InRange(reasons.Count, 1, 3);
        Assert.All(reasons, r => Assert.True(r.Contribution > 0 && r.Sentence.EndsWith('.')));
    }

    // Whatever is said of the last week before an event, its vector must not show it.
    [Fact]
    public void Replay_when_labels_younger_than_a_week_are_others_does_give_the_same_vectors()
    {
        const int From = 50;
        var truth = History().ToList();
        var cut = truth.First(t => Day(t) == From).Event.AtMs - (long)TimeSpan.FromDays(7).TotalMilliseconds;
        var turned = truth.Select(t => t.Event.AtMs > cut ? t with { IsFraud = !t.IsFraud } : t);

        var expected = Replay(truth.Where(t => Day(t) <= From)).Where(r => Day(r) == From);
        var actual = Replay(turned.Where(t => Day(t) <= From)).Where(r => Day(r) == From);

        // Of the first event of the day all labels that may count are older; of later ones some have come of age in between.
        Assert.Equal(expected.Vector(0), actual.Vector(0));
        var alsoLater = Replay(truth.Where(t => Day(t) <= From).Select(t => t.Event.AtMs > cut + 86_400_000 ? t with { IsFraud = !t.IsFraud } : t)).Where(r => Day(r) == From);
        Assert.True(expected.Count > 50);
        for (var i = 0; i < expected.Count; i++)
            Assert.Equal(expected.Vector(i), alsoLater.Vector(i));
    }

    [Fact]
    public void Ranking_when_scores_are_any_does_equal_the_definitions() =>
        Gen.Select(Gen.Int[0, 6], Gen.Bool).Array[2, 40].Where(rows => rows.Any(r => r.Item2) && rows.Any(r => !r.Item2)).Sample(rows =>
        {
            double[] scores = [.. rows.Select(r => (double)r.Item1)];
            bool[] labels = [.. rows.Select(r => r.Item2)];
            var pairs = rows.Where(r => r.Item2).SelectMany(f => rows.Where(r => !r.Item2).Select(g => f.Item1 > g.Item1 ? 1.0 : f.Item1 == g.Item1 ? 0.5 : 0));
            var precision = rows.Where(r => r.Item2).Average(f => (double)rows.Count(r => r.Item2 && r.Item1 >= f.Item1) / rows.Count(r => r.Item1 >= f.Item1));

            var (auc, averagePrecision) = Ranking.Of(scores, labels);

            Assert.Equal(pairs.Average(), auc, 1e-9);
            Assert.Equal(precision, averagePrecision, 1e-9);
        });

    [Fact]
    public void Thresholds_when_costs_are_any_does_cost_no_more_than_any_others() =>
        (from rows in Gen.Select(Gen.Int[0, 20], Gen.Bool, Gen.Int[1, 300]).Array[1, 60]
         from costs in Gen.Select(Gen.Int[0, 20], Gen.Int[0, 100], Gen.Int[0, 100])
         select (rows, costs)).Sample(
            sample =>
            {
                double[] probabilities = [.. sample.rows.Select(r => r.Item1 / 20.0)];
                bool[] labels = [.. sample.rows.Select(r => r.Item2)];
                double[] amounts = [.. sample.rows.Select(r => (double)r.Item3)];
                var costs = new DecisionCosts { Review = sample.costs.Item1, WronglyDeclined = sample.costs.Item2, Missed = sample.costs.Item3 };

                var chosen = CostThresholds.Cost(probabilities, labels, amounts, costs, CostThresholds.Choose(probabilities, labels, amounts, costs));

                for (var review = 0; review <= 21; review++)
                {
                    for (var decline = review; decline <= 21; decline++)
                    {
                        var other = CostThresholds.Cost(probabilities, labels, amounts, costs, new((review - 0.5) / 20, (decline - 0.5) / 20));
                        Assert.True(chosen <= other + 1e-9, $"{chosen} where {review}, {decline} cost {other}");
                    }
                }
            },
            iter: 200);

    [Fact]
    public void Calibration_when_scores_are_stretched_does_find_the_probabilities_again()
    {
        var random = new Random(3);
        double[] truth = [.. Enumerable.Range(0, 50_000).Select(_ => (random.NextDouble() * 6) - 5)];
        bool[] labels = [.. truth.Select(z => random.NextDouble() < 1 / (1 + Math.Exp(-z)))];

        var fitted = Calibrating.Fit([.. truth.Select(z => (z * 3) + 2)], labels);

        Assert.Equal(1 / 3.0, fitted.Slope, 0.02);
        Assert.Equal(-2 / 3.0, fitted.Offset, 0.05);
    }

    static IEnumerable<LabelledEvent> History() => HandbookEvents.Of(new HandbookSimulator(Small), Small.Terminals);

    static LabelledRows Replay(IEnumerable<LabelledEvent> history) => LabelledRows.Replay(history, FeaturePlan.Standard, _ => true);

    static int Day(LabelledEvent row) => (int)((row.Event.AtMs - HandbookParameters.DayZero.ToUnixTimeMilliseconds()) / 86_400_000);
}
