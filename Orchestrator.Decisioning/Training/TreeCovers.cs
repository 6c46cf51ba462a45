using Orchestrator.Decisioning.Models;

namespace Orchestrator.Decisioning.Training;

/// <summary>Counts how many rows come to each leaf.</summary>
static class TreeCovers
{
    public static IReadOnlyList<RegressionTree> Count(IReadOnlyList<RegressionTree> trees, LabelledRows rows, int[] indexes)
    {
        var counts = trees.Select(t => new double[t.Leaves.Length]).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            var inputs = TreeTrainer.Of(rows, row, indexes);
            for (var t = 0; t < trees.Count; t++)
                counts[t][trees[t].LeafOf(inputs)]++;
        }
        // Where no row came, for a threshold was rounded, half a row keeps the shares defined.
        return [.. trees.Zip(counts, (tree, count) => tree with { Covers = [.. count.Select(c => Math.Max(c, 0.5))] })];
    }
}
