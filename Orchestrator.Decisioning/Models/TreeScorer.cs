using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// Scores vectors with a model's trees, by the bit vectors of QuickScorer (Lucchese et al. 2015): it does not walk from node to node but goes through each
/// input's thresholds in ascending order until one is not exceeded; each that is exceeded rules out the leaves to its left, and of each tree the first leaf
/// left over is the one that a walk would come to. Of small trees that is computed ahead, see <see cref="LeafTable"/>. Immutable, shared by threads; allocates nothing.
/// </summary>
public sealed class TreeScorer
{
    const int MaxStackTrees = 1_024;

    readonly TreeCondition[] _conditions;
    readonly InputRange[] _ranges;
    readonly double[] _leaves;
    readonly LeafTable? _table;
    readonly int _width;
    readonly int _trees;

    /// <summary>A scorer of a model that fits <paramref name="schema"/>.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public TreeScorer(TreeModel model, FeatureSchema schema)
        : this(model, schema, LeafTable.MaxBytes)
    {
    }

    /// <summary>The same, with another bound of the table; 0 for none.</summary>
    internal TreeScorer(TreeModel model, FeatureSchema schema, int tableBytes)
    {
        if (model.Problem(schema) is { } problem)
            throw new ArgumentException(problem, nameof(model));
        Model = model;
        InputIndexes = [.. model.Inputs.Select(schema.IndexOf)];
        _trees = model.Trees.Count;
        _width = Math.Max(LeafTable.MaxLeaves, model.Trees.Max(t => t.Leaves.Length));
        _leaves = new double[_trees * _width];
        var conditions = new List<TreeCondition>();
        for (var t = 0; t < _trees; t++)
            LayOut(model.Trees[t], t, conditions);
        // Equal thresholds keep the order of trees; the order does not change what is ruled out.
        conditions.Sort(static (a, b) => (a.Feature, a.Threshold, a.Tree).CompareTo((b.Feature, b.Threshold, b.Tree)));
        _conditions = [.. conditions];
        var next = 0;
        _ranges = [.. conditions.GroupBy(c => c.Feature).Select(g => new InputRange(g.Key, next, next += g.Count()))];
        _table = _width == LeafTable.MaxLeaves ? LeafTable.Of(_conditions, _leaves, tableBytes) : null;
    }

    /// <summary>The model.</summary>
    public TreeModel Model { get; }

    /// <summary>Where the model's inputs stand in a vector.</summary>
    public IReadOnlyList<int> InputIndexes { get; }

    /// <summary>The sum of the leaves that a vector comes to, and the bias: the same bits as a walk through each tree in their order.</summary>
    public double Raw(ReadOnlySpan<float> vector)
    {
        if (_table is not null)
            return _table.Sum(vector, Model.Bias);
        // With few leaves the marks of all trees fit into a few lines of memory.
        if (_trees > MaxStackTrees)
            return _width <= LeafTable.MaxLeaves ? Raw(vector, new byte[_trees]) : Raw(vector, new ulong[_trees]);
        return _width <= LeafTable.MaxLeaves ? Raw(vector, stackalloc byte[_trees]) : Raw(vector, stackalloc ulong[_trees]);
    }

    /// <summary>The score of a vector.</summary>
    public ModelScore Score(ReadOnlySpan<float> vector)
    {
        var raw = Raw(vector);
        return new ModelScore(raw, Model.Calibration.Probability(raw));
    }

    double Raw<T>(ReadOnlySpan<float> vector, Span<T> left)
        where T : unmanaged, IBinaryInteger<T>
    {
        left.Fill(T.AllBitsSet);
        ref var conditions = ref MemoryMarshal.GetArrayDataReference(_conditions);
        foreach (ref readonly var range in _ranges.AsSpan())
        {
            var value = vector[range.Feature];
            for (var i = range.Start; i < range.End; i++)
            {
                ref readonly var condition = ref System.Runtime.CompilerServices.Unsafe.Add(ref conditions, i);
                if (!(value > condition.Threshold))
                    break;
                left[condition.Tree] &= T.CreateTruncating(condition.Keeps);
            }
        }
        var sum = Model.Bias;
        var first = 0;
        foreach (var leaves in left)
        {
            sum += _leaves[first + int.CreateTruncating(T.TrailingZeroCount(leaves))];
            first += _width;
        }
        return sum;
    }

    // Leaves are numbered from left to right here, whatever their numbers in the model are.
    void LayOut(RegressionTree tree, int number, List<TreeCondition> conditions)
    {
        var next = 0;
        Visit(tree.Inputs.Length == 0 ? ~0 : 0);

        ulong Visit(int child)
        {
            if (child < 0)
            {
                _leaves[(number * _width) + next] = tree.Leaves[~child];
                return 1ul << next++;
            }
            var left = Visit(tree.Left[child]);
            conditions.Add(new TreeCondition(InputIndexes[tree.Inputs[child]], tree.Thresholds[child], number, ~left));
            return left | Visit(tree.Right[child]);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct InputRange(int Feature, int Start, int End);
}

/// <summary>What a model says of a vector.</summary>
/// <param name="Raw">The sum of leaves.</param>
/// <param name="Probability">That it is a fraud, calibrated.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ModelScore(double Raw, double Probability)
{
    /// <summary>The probability from 0 to 1000.</summary>
    public int Points => (int)Math.Round(Probability * 1000);
}
