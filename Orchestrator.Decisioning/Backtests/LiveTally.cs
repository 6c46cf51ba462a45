using System.Runtime.InteropServices;
using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Compares with what was decided live.</summary>
sealed class LiveTally
{
    const int MostVersions = 20;
    const string Others = "others";
    const int MostOfAKind = MostExamples / 5;

    /// <summary>The most examples.</summary>
    public const int MostExamples = 50;

    readonly long[,] _matrix = new long[3, 3];
    readonly long[] _kinds = new long[5];
    readonly List<LiveDifference> _examples = [];
    readonly SortedDictionary<string, long> _versions = new(StringComparer.Ordinal);
    long _sameScore;
    long _vectors;
    long _sameVectors;

    /// <summary>Compares one.</summary>
    /// <param name="judged">What the backtest decided.</param>
    /// <param name="live">What was decided live.</param>
    /// <param name="vector">The features as they came out now.</param>
    /// <param name="schema">What they mean.</param>
    public void Add(in Judgement judged, PastDecision live, ReadOnlySpan<float> vector, string schema)
    {
        _matrix[(int)live.Outcome, (int)judged.Outcome]++;
        _sameScore += live.Score == judged.Score ? 1 : 0;
        Count(live.Versions);
        if (live.Features is { } kept && string.Equals(live.FeatureSchema, schema, StringComparison.Ordinal))
        {
            _vectors++;
            _sameVectors += IsSame(kept, vector) ? 1 : 0;
        }
        if (live.Outcome == judged.Outcome)
            return;
        var kind = Kind(judged, live.Outcome);
        if (++_kinds[(int)kind] <= MostOfAKind)
        {
            _examples.Add(new LiveDifference(
                judged.TransactionId, judged.At, kind, live.Outcome, live.Score, judged.Outcome, judged.Score, judged.Truth, judged.AmountMinor, judged.Currency));
        }
    }

    /// <summary>What it comes to; null when nothing was compared.</summary>
    public LiveDiff? Report()
    {
        var matrix = new LiveMatrix(Row(FraudOutcome.Approve), Row(FraudOutcome.Review), Row(FraudOutcome.Decline));
        return matrix.Total == 0 ? null : new LiveDiff(
            matrix.Total, matrix.Approve.Approve + matrix.Review.Review + matrix.Decline.Decline, _sameScore, matrix, Of(DifferenceKind.NewlyCaught),
            Of(DifferenceKind.NewlyMissed), Of(DifferenceKind.NewlyBothered), Of(DifferenceKind.NewlySpared), [.. _examples.OrderBy(e => e.Kind)], _versions,
            new VectorDiff(_vectors, _sameVectors));
    }

    static DifferenceKind Kind(in Judgement judged, FraudOutcome live) => (judged.Truth, live != FraudOutcome.Approve, judged.IsFlagged) switch
    {
        (Truth.Fraud, false, true) => DifferenceKind.NewlyCaught,
        (Truth.Fraud, true, false) => DifferenceKind.NewlyMissed,
        (Truth.Genuine, false, true) => DifferenceKind.NewlyBothered,
        (Truth.Genuine, true, false) => DifferenceKind.NewlySpared,
        _ => DifferenceKind.Other,
    };

    // Bits, so that no not-a-number differs from itself. Vectors are little endian, as every processor that this runs on.
    static bool IsSame(byte[] kept, ReadOnlySpan<float> vector) => BitConverter.IsLittleEndian
        ? MemoryMarshal.AsBytes(vector).SequenceEqual(kept)
        : FeatureVector.Write(vector).AsSpan().SequenceEqual(kept);

    void Count(string versions)
    {
        var name = _versions.ContainsKey(versions) || _versions.Count < MostVersions ? versions : Others;
        _versions[name] = _versions.GetValueOrDefault(name) + 1;
    }

    long Of(DifferenceKind kind) => _kinds[(int)kind];

    LiveRow Row(FraudOutcome live) => new(_matrix[(int)live, 0], _matrix[(int)live, 1], _matrix[(int)live, 2]);
}
