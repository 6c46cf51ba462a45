using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// A trained model: an ensemble of trees over some of the features, how its sum becomes a probability, and the probabilities from which a person looks
/// or a payment is declined. <see cref="TreeModelFormat"/> is its file.
/// </summary>
public sealed record TreeModel
{
    /// <summary>The most trees.</summary>
    public const int MaxTrees = 5_000;

    /// <summary>What it is called, for instance by whom and when it was trained.</summary>
    public required string Name { get; init; }

    /// <summary>The hash of the schema whose vectors it takes.</summary>
    public required string SchemaHash { get; init; }

    /// <summary>The features it looks at, by name.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The trees; their order is that in which leaves are added, so that sums are the same to the bit.</summary>
    public required IReadOnlyList<RegressionTree> Trees { get; init; }

    /// <summary>Added to the sum of leaves.</summary>
    public double Bias { get; init; }

    /// <summary>From the sum to a probability.</summary>
    public required Calibration Calibration { get; init; }

    /// <summary>The probabilities from which something is done.</summary>
    public DecisionThresholds Thresholds { get; init; } = new(0.5, 0.9);

    /// <summary>What it was trained on and how good it was, by names that end in their unit.</summary>
    public IReadOnlyDictionary<string, double> Facts { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What does not fit together, or does not fit <paramref name="schema"/>; null when all does.</summary>
    public string? Problem(FeatureSchema schema)
    {
        // Of a schema that has grown since it takes the first numbers.
        if (schema.LengthOf(SchemaHash) is not (> 0 and var length))
            return $"it takes vectors of the schema {SchemaHash}; this process computes {schema.Hash}";
        return Inputs.FirstOrDefault(i => schema.IndexOf(i) is < 0 || schema.IndexOf(i) >= length) is { } unknown ? $"its input {unknown} is no feature" : Problem();
    }

    internal string? Problem()
    {
        if (Inputs.Count is 0 or > 1_000 || Inputs.Distinct(StringComparer.Ordinal).Count() != Inputs.Count)
            return "it has no inputs, one of them twice, or more than 1000";
        if (Trees.Count is 0 or > MaxTrees)
            return $"it has from 1 to {MaxTrees} trees";
        if (!double.IsFinite(Bias) || !Calibration.IsUsable)
            return "its bias or calibration is not finite, or its slope not above zero";
        if (!Thresholds.AreInOrder)
            return "its thresholds are not in order, from 0 to 1.001 (never)";
        for (var t = 0; t < Trees.Count; t++)
        {
            if (Trees[t].Problem(Inputs.Count) is { } problem)
                return $"tree {t}: {problem}";
        }
        return null;
    }
}

/// <summary>From a sum of leaves to a probability, fitted to outcomes: <c>1 / (1 + exp(-(slope * raw + offset)))</c>.</summary>
/// <param name="Slope">Above zero, so that the order of scores is that of the sums.</param>
/// <param name="Offset">Added.</param>
public sealed record Calibration(double Slope, double Offset)
{
    /// <summary>The sum as log-odds.</summary>
    public static Calibration None { get; } = new(1, 0);

    internal bool IsUsable => double.IsFinite(Slope) && double.IsFinite(Offset) && Slope > 0;

    /// <summary>The probability of a fraud.</summary>
    public double Probability(double raw) => 1 / (1 + Math.Exp(-((Slope * raw) + Offset)));
}

/// <summary>The probabilities from which something is done.</summary>
/// <param name="Review">From here on a person looks.</param>
/// <param name="Decline">From here on it is declined.</param>
public sealed record DecisionThresholds(double Review, double Decline)
{
    /// <summary>Above every probability.</summary>
    public const double Never = 1.001;

    internal bool AreInOrder => Review >= 0 && Review <= Decline && Decline <= Never;
}
