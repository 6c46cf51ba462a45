using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models.Onnx;

/// <summary>A model that was made elsewhere, as an ONNX graph, and what has to be known to ask it. <see cref="OnnxModelFormat"/> is its file.</summary>
public sealed record OnnxModel
{
    /// <summary>The longest name of a tensor.</summary>
    public const int MaxTensorName = 256;

    /// <summary>The most numbers that the graph may answer with.</summary>
    public const int MaxOutputs = 1_024;

    const int MaxInputs = 1_000;

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>The hash of the schema whose vectors it takes.</summary>
    public required string SchemaHash { get; init; }

    /// <summary>The features that make up its row, in this order. What is not known is -1, as in vectors.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The graph's only input: 32-bit floats, one row of <see cref="Inputs"/>.</summary>
    public required string InputTensor { get; init; }

    /// <summary>The output that holds the probability: 32-bit floats.</summary>
    public required string OutputTensor { get; init; }

    /// <summary>Where in it the probability of a fraud stands: 1 where it holds those of both classes.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The graph, with all its weights.</summary>
    public required byte[] Onnx { get; init; }

    /// <summary>From the log-odds of the graph's probability to a probability fitted to outcomes; none leaves it as it is.</summary>
    public Calibration Calibration { get; init; } = Calibration.None;

    /// <summary>The probabilities from which something is done.</summary>
    public DecisionThresholds Thresholds { get; init; } = new(0.5, 0.9);

    /// <summary>What it was trained on and how good it was, by names that end in their unit.</summary>
    public IReadOnlyDictionary<string, double> Facts { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>A row and what comes of it where the model was made, by which a wrong order of inputs is noticed; null for none.</summary>
    public OnnxExample? Example { get; init; }

    /// <summary>What does not fit together, or does not fit <paramref name="schema"/>; null when all does, as far as can be told without the graph.</summary>
    public string? Problem(FeatureSchema schema)
    {
        // Of a schema that has grown since it takes the first numbers.
        if (schema.LengthOf(SchemaHash) is not (> 0 and var length))
            return $"it takes vectors of the schema {SchemaHash}; this process computes {schema.Hash}";
        if (Inputs.Count is 0 or > MaxInputs || Inputs.Distinct(StringComparer.Ordinal).Count() != Inputs.Count)
            return $"it has no inputs, one of them twice, or more than {MaxInputs}";
        // Null within a list is not seen by the serializer's own checks.
        if (Inputs.Any(IsUnknown))
            return $"its input {Inputs.FirstOrDefault(IsUnknown) ?? "null"} is no feature";
        if (InputTensor.Length is 0 or > MaxTensorName || OutputTensor.Length is 0 or > MaxTensorName)
            return $"the names of its tensors have from 1 to {MaxTensorName} characters";
        if (OutputIndex is < 0 or >= MaxOutputs)
            return $"its outputIndex is from 0 to {MaxOutputs - 1}";
        if (!Calibration.IsUsable || !Thresholds.AreInOrder)
            return "its calibration is not finite or its slope not above zero, or its thresholds are not in order, from 0 to 1.001 (never)";
        if (Onnx.Length == 0)
            return "it has no graph: the bytes of the .onnx file in base64, as onnx";
        return Example is { } example && (example.Inputs.Count != Inputs.Count || example.Inputs.Any(v => !float.IsFinite(v)) || !(example.Probability is >= 0 and <= 1))
            ? "its example has a finite number for each input, and a probability from 0 to 1"
            : null;

        bool IsUnknown(string? input) => input is null || schema.IndexOf(input) is < 0 || schema.IndexOf(input) >= length;
    }
}

/// <summary>A row, and the probability that comes of it where the model was made.</summary>
/// <param name="Inputs">The row, in the order of the model's inputs.</param>
/// <param name="Probability">What the graph says of it, before calibration.</param>
public sealed record OnnxExample(IReadOnlyList<float> Inputs, double Probability);
