using CsCheck;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>Random trees and vectors, of few values, so that values often equal thresholds.</summary>
static class RandomModels
{
    public static readonly FeatureSchema Schema = FeaturePlan.Standard.Schema;

    static readonly string[] Inputs = [.. Schema.Names.Take(6)];

    public static Gen<TreeModel> Of(int maxLeaves, int maxTrees) =>
        from trees in Tree(maxLeaves).Array[1, maxTrees]
        from bias in Gen.Double[-3, 3]
        select new TreeModel
        {
            Name = "random",
            SchemaHash = Schema.Hash,
            Inputs = Inputs,
            Trees = trees,
            Bias = bias,
            Calibration = new Calibration(1.25, -0.5),
        };

    public static readonly Gen<float[]> AnyVector = Gen.Int[-4, 4].Select(i => i / 2f).Array[Schema.Length];

    static Gen<RegressionTree> Tree(int maxLeaves) =>
        from leaves in Gen.Int[1, maxLeaves]
        from splits in Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, Inputs.Length - 1], Gen.Int[-4, 4]).Array[leaves - 1]
        from values in Gen.Double[-2, 2].Array[leaves]
        from covers in Gen.Int[1, 50].Array[leaves]
        select Grown(splits, values, covers);

    // Each split takes one of the leaves that there are, as a trainer does.
    static RegressionTree Grown((int Leaf, int Input, int Threshold)[] splits, double[] values, int[] covers)
    {
        var left = new List<int>();
        var right = new List<int>();
        var parents = new List<(int Node, bool IsLeft)> { (-1, false) };
        foreach (var (dice, _, _) in splits)
        {
            var leaf = dice % parents.Count;
            var node = left.Count;
            left.Add(~leaf);
            right.Add(~parents.Count);
            var (parent, isLeft) = parents[leaf];
            if (parent >= 0)
                (isLeft ? left : right)[parent] = node;
            parents[leaf] = (node, true);
            parents.Add((node, false));
        }
        return new RegressionTree
        {
            Inputs = [.. splits.Select(s => s.Input)],
            Thresholds = [.. splits.Select(s => s.Threshold / 2f)],
            Left = [.. left],
            Right = [.. right],
            Leaves = values,
            Covers = [.. covers.Select(c => (double)c)],
        };
    }
}
