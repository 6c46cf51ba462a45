namespace Orchestrator.Decisioning.Models;

/// <summary>What a model's file says of it, whatever it is made of.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Format">How its file is written: orchestrator-trees or orchestrator-onnx.</param>
/// <param name="SchemaHash">The hash of the schema whose vectors it takes.</param>
/// <param name="Inputs">The features it looks at, by name.</param>
/// <param name="Thresholds">The probabilities from which something is done, where the model alone decides.</param>
/// <param name="Calibration">From its raw score to a probability.</param>
/// <param name="Facts">What it was trained on and how good it was, by names that end in their unit.</param>
public sealed record ModelDescription(
    string Name,
    string Format,
    string SchemaHash,
    IReadOnlyList<string> Inputs,
    DecisionThresholds Thresholds,
    Calibration Calibration,
    IReadOnlyDictionary<string, double> Facts);
