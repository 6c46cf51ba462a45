using CsCheck;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Models.Onnx;

namespace Orchestrator.Tests.Decisioning.Models;

public sealed class OnnxScoringModelTests
{
    static readonly string[] Inputs = ["amount_to_median", "amount"];

    [Fact]
    public void Score_when_the_graph_is_a_logistic_regression_does_equal_the_formula() =>
        (from weights in Gen.Float[-1, 1].Array[2] from bias in Gen.Float[-1, 1] from row in Gen.Float[-2, 2].Array[2] select (weights, bias, row)).Sample(
            sample =>
            {
                var file = SmallModels.Read(OnnxModelFormat.Write(OnnxGraph.Model("logistic", Inputs, sample.weights, sample.bias) with { Calibration = new(1.5, -0.25) }));
                var vector = SmallModels.Vector(sample.row[1]);
                vector[SmallModels.Plan.Schema.IndexOf("amount_to_median")] = sample.row[0];

                var score = file.Model.Score(vector);

                var raw = (sample.row[0] * (double)sample.weights[0]) + (sample.row[1] * (double)sample.weights[1]) + sample.bias;
                Assert.Equal(raw, score.Raw, 1e-3);
                Assert.Equal(1 / (1 + Math.Exp(-((1.5 * raw) - 0.25))), score.Probability, 1e-4);
                Assert.Empty(file.Model.Reasons(vector, 5));
            },
            iter: 30, threads: 1);

    [Fact]
    public void Model_when_its_example_is_answered_is_taken_and_written_again_the_same()
    {
        var model = OnnxGraph.Model("logistic", Inputs, [0.5f, -0.01f], 0.25f, new OnnxExample([3, 100], 1 / (1 + Math.Exp(-0.75))));
        var bytes = OnnxModelFormat.Write(model);

        var file = SmallModels.Read(bytes);

        Assert.StartsWith("logistic-", file.Model.Version, StringComparison.Ordinal);
        Assert.Equal((OnnxModelFormat.Name, 2), (file.Description.Format, file.Description.Inputs.Count));
        Assert.Equal(bytes, OnnxModelFormat.Write(OnnxModelFormat.Read(bytes, SmallModels.Plan.Schema)));
        Assert.Equal(new DecisionThresholds(0.2, 0.4), SmallModels.Read(file.With(bytes, SmallModels.Plan, Calibration.None, new(0.2, 0.4))).Model.Thresholds);
    }

    [Fact]
    public void Score_when_many_threads_ask_is_the_same()
    {
        var model = SmallModels.Read(OnnxModelFormat.Write(OnnxGraph.Model("logistic", Inputs, [0.5f, 0.01f], -1))).Model;
        var expected = model.Score(SmallModels.Vector(50));

        Parallel.For(0, 2_000, _ => Assert.Equal(expected, model.Score(SmallModels.Vector(50))));
    }

    public static TheoryData<string, OnnxModel> Misfits
    {
        get
        {
            var good = OnnxGraph.Model("logistic", Inputs, [1, 1], 0);
            return new()
            {
                { "cannot be loaded", good with { Onnx = [1, 2, 3] } },
                { "cannot be loaded", good with { Onnx = OnnxGraph.Logistic([1, 1], 0, operation: "NoSuchOperation") } },
                { "is not a row of 2", good with { Onnx = OnnxGraph.Logistic([1, 1, 1], 0) } },
                { "inputs are features", good with { InputTensor = "x" } },
                { "outputs are probability", good with { OutputTensor = "label" } },
                { "none at 1", good with { OutputIndex = 1 } },
                { "answers zeros with 7", good with { Onnx = OnnxGraph.Logistic([1, 1], 7, operation: "Identity") } },
                { "answers its example", good with { Example = new OnnxExample([1, 0], 0.5) } },
                { "its example has", good with { Example = new OnnxExample([1], 0.5) } },
                { "weights are in other files", good with { Onnx = [.. good.Onnx, .. "location"u8] } },
                { "is no feature", good with { Inputs = ["amount", "unheard_of"] } },
                { "no graph", good with { Onnx = [] } },
                { "thresholds are not in order", good with { Thresholds = new(0.9, 0.5) } },
                { "outputIndex is from", good with { OutputIndex = -1 } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Misfits), DisableDiscoveryEnumeration = true)]
    public void Model_when_it_does_not_fit_is_refused_and_says_why(string why, OnnxModel model)
    {
        Assert.False(ModelFile.TryRead(OnnxModelFormat.Write(model), SmallModels.Plan, out _, out var error));

        Assert.Equal("invalid_model", error.Value.Code);
        Assert.Contains(why, error.Value.Detail, StringComparison.Ordinal);
    }
}
