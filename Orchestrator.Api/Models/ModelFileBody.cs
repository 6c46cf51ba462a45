using System.Text;
using System.Text.Json;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Api.Models;

/// <summary>A model's file; it is kept as it comes, byte for byte.</summary>
/// <param name="Format">orchestrator-trees or orchestrator-onnx.</param>
/// <param name="Version">The format's version: 1.</param>
/// <param name="Model">The model: name, schemaHash, inputs, thresholds, calibration, facts, and the trees or the graph.</param>
public sealed record ModelFileBody(string Format, int Version, JsonElement Model)
{
    /// <summary>A model that is taken as it stands: it asks whether the amount is above 1,000.00.</summary>
    internal static string Example { get; } = Encoding.UTF8.GetString(TreeModelFormat.Write(new TreeModel
    {
        Name = "large-amounts",
        SchemaHash = FeaturePlan.Standard.Schema.Hash,
        Inputs = ["amount"],
        Trees = [new RegressionTree { Inputs = [0], Thresholds = [1_000], Left = [~0], Right = [~1], Leaves = [-4, 0.5], Covers = [9_900, 100] }],
        Calibration = Calibration.None,
        Thresholds = new DecisionThresholds(0.5, DecisionThresholds.Never),
    }));
}
