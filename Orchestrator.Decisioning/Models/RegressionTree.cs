namespace Orchestrator.Decisioning.Models;

/// <summary>
/// One tree as arrays. Nodes are numbered from the root, 0; a child below zero is the leaf <c>~child</c>. A value not greater than the threshold goes left, and
/// so does one that is not a number.
/// </summary>
public sealed record RegressionTree
{
    /// <summary>The most leaves: as many as a machine word has bits, by which the evaluator marks them.</summary>
    public const int MaxLeaves = 64;

    /// <summary>By node: which input it looks at, by its number among the model's inputs.</summary>
    public required int[] Inputs { get; init; }

    /// <summary>By node.</summary>
    public required float[] Thresholds { get; init; }

    /// <summary>By node: the child for values not greater.</summary>
    public required int[] Left { get; init; }

    /// <summary>By node: the child for values greater.</summary>
    public required int[] Right { get; init; }

    /// <summary>By leaf: what it adds.</summary>
    public required double[] Leaves { get; init; }

    /// <summary>By leaf: how many training rows came to it; by these shares contributions say what "usual" is.</summary>
    public required double[] Covers { get; init; }

    /// <summary>The leaf that a row of inputs comes to.</summary>
    public int LeafOf(ReadOnlySpan<float> inputs)
    {
        if (Inputs.Length == 0)
            return 0;
        var node = 0;
        while (node >= 0)
            node = inputs[Inputs[node]] > Thresholds[node] ? Right[node] : Left[node];
        return ~node;
    }

    /// <summary>What does not fit together; null when all does.</summary>
    internal string? Problem(int inputs)
    {
        var nodes = Inputs.Length;
        if (Leaves.Length is 0 or > MaxLeaves || Leaves.Length != nodes + 1)
            return $"a tree has from 1 to {MaxLeaves} leaves, one more than nodes";
        if (Thresholds.Length != nodes || Left.Length != nodes || Right.Length != nodes || Covers.Length != Leaves.Length)
            return "its arrays differ in length";
        if (Inputs.Any(i => i < 0 || i >= inputs))
            return "a node looks at an input that does not exist";
        if (Thresholds.Any(t => !float.IsFinite(t)) || Leaves.Any(l => !double.IsFinite(l)) || Covers.Any(c => !(c > 0) || !double.IsFinite(c)))
            return "a number is not finite, or a cover not above zero";
        return HasEachOnce(nodes) ? null : "its nodes and leaves do not make one tree";
    }

    bool HasEachOnce(int nodes)
    {
        if (nodes == 0)
            return true;
        var seenNodes = new bool[nodes];
        var seenLeaves = new bool[nodes + 1];
        foreach (var child in Left.Concat(Right))
        {
            var seen = child >= 0 ? seenNodes : seenLeaves;
            var at = child >= 0 ? child : ~child;
            // Children come after their parents: so no walk goes round for ever.
            if (at >= seen.Length || child == 0 || seen[at])
                return false;
            seen[at] = true;
        }
        for (var node = 0; node < nodes; node++)
        {
            if ((Left[node] >= 0 && Left[node] <= node) || (Right[node] >= 0 && Right[node] <= node))
                return false;
        }
        return true;
    }
}
