using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// What is left of the leaves of all trees, by input and by how many of its thresholds a value exceeds, computed ahead: a score then takes for each input one row of
/// marks, a byte for each tree, instead of one step for each threshold that is exceeded. For trees of up to eight leaves, and as long as the rows of all inputs
/// fit where the processor finds them soon.
/// </summary>
sealed class LeafTable
{
    /// <summary>The most leaves of a tree: as many as a byte has bits.</summary>
    public const int MaxLeaves = 8;

    /// <summary>The largest table, bytes.</summary>
    public const int MaxBytes = 1 << 20;

    // Trees in the order of their bytes, so many at once.
    static readonly int AtOnce = Vector256<byte>.Count;

    readonly Input[] _inputs;
    readonly float[] _thresholds;
    readonly byte[] _rows;
    readonly double[] _leaves;
    readonly int _trees;
    readonly int _stride;

    LeafTable(Input[] inputs, float[] thresholds, byte[] rows, double[] leaves, int trees, int stride) =>
        (_inputs, _thresholds, _rows, _leaves, _trees, _stride) = (inputs, thresholds, rows, leaves, trees, stride);

    /// <summary>The table; null when it would be too large.</summary>
    /// <param name="conditions">All conditions by feature, then by threshold.</param>
    /// <param name="leaves">The leaves of each tree from left to right, <see cref="MaxLeaves"/> places for each.</param>
    /// <param name="maxBytes">What is too large.</param>
    public static LeafTable? Of(IReadOnlyList<TreeCondition> conditions, double[] leaves, int maxBytes)
    {
        var trees = leaves.Length / MaxLeaves;
        var stride = (trees + AtOnce - 1) / AtOnce * AtOnce;
        var inputs = new List<Input>();
        var thresholds = new List<float>();
        var rows = new List<byte[]>();
        foreach (var input in conditions.GroupBy(c => c.Feature))
        {
            var (start, first) = (thresholds.Count, rows.Count);
            var row = new byte[stride];
            Array.Fill(row, byte.MaxValue);
            rows.Add(row);
            if (rows.Count * (long)stride > maxBytes)
                return null;
            foreach (var equal in input.GroupBy(c => c.Threshold))
            {
                if ((rows.Count + 1L) * stride > maxBytes)
                    return null;
                row = [.. row];
                foreach (var condition in equal)
                    row[condition.Tree] &= (byte)condition.Keeps;
                thresholds.Add(equal.Key);
                rows.Add(row);
            }
            // No value exceeds what fills it up.
            while (thresholds.Count % Vector256<float>.Count != 0)
                thresholds.Add(float.PositiveInfinity);
            inputs.Add(new Input(input.Key, start, thresholds.Count, first * stride));
        }
        return new LeafTable([.. inputs], [.. thresholds], [.. rows.SelectMany(r => r)], leaves, trees, stride);
    }

    /// <summary>The sum of the leaves that a vector comes to, from the first tree to the last, beginning with <paramref name="sum"/>.</summary>
    public double Sum(ReadOnlySpan<float> vector, double sum)
    {
        Span<int> rows = stackalloc int[_inputs.Length];
        Choose(vector, rows);

        Span<byte> left = stackalloc byte[_stride];
        ref var marks = ref MemoryMarshal.GetArrayDataReference(_rows);
        ref var all = ref MemoryMarshal.GetReference(left);
        for (var tree = 0; tree < left.Length; tree += AtOnce)
        {
            var kept = Vector256<byte>.AllBitsSet;
            foreach (var row in rows)
                kept &= Vector256.LoadUnsafe(ref marks, (nuint)(row + tree));
            kept.StoreUnsafe(ref all, (nuint)tree);
        }

        return Add(left[.._trees], ref MemoryMarshal.GetArrayDataReference(_leaves), sum);
    }

    static double Add(ReadOnlySpan<byte> left, ref double leaves, double sum)
    {
        foreach (var marks in left)
        {
            sum += Unsafe.Add(ref leaves, BitOperations.TrailingZeroCount((uint)marks));
            leaves = ref Unsafe.Add(ref leaves, MaxLeaves);
        }
        return sum;
    }

    // Where each input's row begins: after as many as it has thresholds that its value exceeds. What is not a number exceeds none.
    void Choose(ReadOnlySpan<float> vector, Span<int> rows)
    {
        ref var thresholds = ref MemoryMarshal.GetArrayDataReference(_thresholds);
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var input = ref _inputs[i];
            var value = Vector256.Create(vector[input.Feature]);
            var exceeded = 0;
            for (var at = input.Start; at < input.End; at += Vector256<float>.Count)
                exceeded += BitOperations.PopCount(Vector256.GreaterThan(value, Vector256.LoadUnsafe(ref thresholds, (nuint)at)).ExtractMostSignificantBits());
            rows[i] = input.FirstRow + (exceeded * _stride);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    readonly record struct Input(int Feature, int Start, int End, int FirstRow);
}

/// <summary>A node of a tree.</summary>
/// <param name="Feature">Where the number that it looks at stands in a vector.</param>
/// <param name="Threshold">What that is compared with.</param>
/// <param name="Tree">The tree.</param>
/// <param name="Keeps">The leaves that are left of the tree when it is greater.</param>
[StructLayout(LayoutKind.Auto)]
readonly record struct TreeCondition(int Feature, float Threshold, int Tree, ulong Keeps);
