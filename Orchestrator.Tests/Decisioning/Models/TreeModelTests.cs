using System.Numerics;
using CsCheck;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;
using static Orchestrator.Tests.Decisioning.Models.RandomModels;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class TreeModelTests
{
    [Fact]
    public void Scorer_when_trees_are_any_does_equal_a_walk_to_the_bit() =>
        (from model in Gen.OneOf(Of(8, 70), Of(64, 5)) from vector in AnyVector from tableBytes in Gen.Int[0, 2].Select(i => i * 1_500) select (model, vector, tableBytes)).Sample(sample =>
        {
            var scorer = new TreeScorer(sample.model, Schema, sample.tableBytes);
            var inputs = scorer.InputIndexes.Select(i => sample.vector[i]).ToArray();
            var walked = sample.model.Bias;
            foreach (var tree in sample.model.Trees)
                walked += tree.Leaves[tree.LeafOf(inputs)];

            Assert.Equal(BitConverter.DoubleToInt64Bits(walked), BitConverter.DoubleToInt64Bits(scorer.Raw(sample.vector)));
        });

    // Shapley values by their definition: over all subsets of the inputs, what is not in the subset being averaged over by covers.
    [Fact]
    public void Contributions_when_trees_are_any_does_equal_the_definition_and_add_up() =>
        (from model in Of(9, 3) from vector in AnyVector select (model, vector)).Sample(
            sample =>
            {
                var scorer = new TreeScorer(sample.model, Schema);
                var contributions = new TreeContributions(scorer);
                var inputs = scorer.InputIndexes.Select(i => sample.vector[i]).ToArray();

                var actual = contributions.Of(sample.vector);

                for (var i = 0; i < inputs.Length; i++)
                    Assert.Equal(sample.model.Trees.Sum(t => Shapley(t, inputs, i)), actual[i], 1e-9);
                Assert.Equal(scorer.Raw(sample.vector), contributions.Base + actual.Sum(), 1e-9);
            },
            iter: 300);

    [Fact]
    public void Format_when_written_and_read_does_give_the_same_model() =>
        Of(12, 6).Sample(
            model =>
            {
                var bytes = TreeModelFormat.Write(model);

                Assert.Equal(bytes, TreeModelFormat.Write(TreeModelFormat.Read(bytes, Schema)));
            },
            iter: 100);

    [Fact]
    public void Format_when_bytes_are_changed_does_refuse_or_give_a_model_that_scores()
    {
        var good = TreeModelFormat.Write(Of(8, 3).Single());
        var vector = new float[Schema.Length];
        Gen.Select(Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 4], Gen.Int[0, 9]).Sample((changes, cut) =>
        {
            var changed = good.ToArray();
            foreach (var (at, value) in changes)
                changed[at] = value;
            try
            {
                var read = TreeModelFormat.Read(cut == 0 ? changed[..(good.Length / 2)] : changed, Schema);
                Assert.True(double.IsFinite(new TreeScorer(read, Schema).Raw(vector)));
            }
            catch (InvalidDataException)
            {
                // That is how it refuses; any other exception fails the test.
            }
        });
    }

    [Fact]
    public void Format_when_the_schema_is_another_does_name_both()
    {
        var other = FeaturePlan.Compile(FeatureCatalog.Standard, TimeSpan.FromDays(3)).Schema;
        var bytes = TreeModelFormat.Write(Of(8, 3).Single());

        var refused = Assert.Throws<InvalidDataException>(() => TreeModelFormat.Read(bytes, other));

        Assert.Contains(Schema.Hash, refused.Message, StringComparison.Ordinal);
        Assert.Contains(other.Hash, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sentence_when_features_are_any_says_something_of_each()
    {
        foreach (var definition in FeatureCatalog.Standard)
        {
            foreach (var value in new[] { -1f, 0, 1, 7.25f, 123_456 })
            {
                var sentence = FeatureSentence.Of(definition, value, TimeSpan.FromDays(7));
                Assert.EndsWith(".", sentence, StringComparison.Ordinal);
                Assert.True(char.IsUpper(sentence[0]) || definition.Measure == Measure.Supplied, sentence);
            }
        }
        Assert.Equal(
            "The terminal had 3 known frauds of usual amounts in the 30 days up to 7 days ago.",
            FeatureSentence.Of(FeatureCatalog.Standard.Single(d => d.Name == "terminal_unexplained_frauds_30d"), 3, TimeSpan.FromDays(7)));
        Assert.Equal(
            "The amount is 7.3 times the median of the account's last 64 amounts.",
            FeatureSentence.Of(FeatureCatalog.Standard.Single(d => d.Name == "amount_to_median"), 7.28f, TimeSpan.FromDays(7)));
    }

    static double Shapley(RegressionTree tree, float[] inputs, int of)
    {
        var count = inputs.Length;
        double sum = 0;
        for (var subset = 0; subset < 1 << count; subset++)
        {
            if ((subset >> of & 1) == 1)
                continue;
            var size = BitOperations.PopCount((uint)subset);
            var weight = Factorial(size) * Factorial(count - size - 1) / Factorial(count);
            sum += weight * (Expected(tree, inputs, subset | (1 << of), Root(tree)) - Expected(tree, inputs, subset, Root(tree)));
        }
        return sum;
    }

    static double Expected(RegressionTree tree, float[] inputs, int known, int child)
    {
        if (child < 0)
            return tree.Leaves[~child];
        var input = tree.Inputs[child];
        if ((known >> input & 1) == 1)
            return Expected(tree, inputs, known, inputs[input] > tree.Thresholds[child] ? tree.Right[child] : tree.Left[child]);
        var (left, right) = (Cover(tree, tree.Left[child]), Cover(tree, tree.Right[child]));
        return ((left * Expected(tree, inputs, known, tree.Left[child])) + (right * Expected(tree, inputs, known, tree.Right[child]))) / (left + right);
    }

    static int Root(RegressionTree tree) => tree.Inputs.Length == 0 ? ~0 : 0;

    static double Cover(RegressionTree tree, int child) => child < 0 ? tree.Covers[~child] : Cover(tree, tree.Left[child]) + Cover(tree, tree.Right[child]);

    static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
}
