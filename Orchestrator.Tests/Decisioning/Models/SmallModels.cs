using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Tests.Decisioning.Models;

/// <summary>Models that are read at a glance.</summary>
static class SmallModels
{
    public static readonly FeaturePlan Plan = FeaturePlan.Standard;

    /// <summary>One question: is the amount above 100? Log-odds of <paramref name="raw"/> if so, of its negative if not.</summary>
    public static TreeModel Stump(string name = "stump", double raw = 2) => new()
    {
        Name = name,
        SchemaHash = Plan.Schema.Hash,
        Inputs = ["amount"],
        Trees =
        [
            new RegressionTree { Inputs = [0], Thresholds = [100], Left = [~0], Right = [~1], Leaves = [-raw, raw], Covers = [900, 100] },
        ],
        Calibration = Calibration.None,
        Facts = new Dictionary<string, double>(StringComparer.Ordinal) { ["rows"] = 1_000 },
    };

    /// <summary>Its file.</summary>
    public static byte[] File(string name = "stump", double raw = 2) => TreeModelFormat.Write(Stump(name, raw));

    /// <summary>A file that was read.</summary>
    public static ModelFile Read(byte[] bytes) => ModelFile.TryRead(bytes, Plan, out var file, out var error) ? file : throw new InvalidOperationException($"{error}");

    /// <summary>A vector of which only the amount is known.</summary>
    public static float[] Vector(float amount)
    {
        var vector = new float[Plan.Schema.Length];
        Array.Fill(vector, FeatureDefinition.Missing);
        vector[Plan.Schema.IndexOf("amount")] = amount;
        return vector;
    }
}
