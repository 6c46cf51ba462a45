using Orchestrator.Cli.Models;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Train;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Tests.Cli;

public sealed class ThresholdsRunTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-thresholds-").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Thresholds_when_costs_are_others_are_chosen_anew_and_cost_no_more_than_before()
    {
        var path = HandbookFile.Write(_folder, withLabels: true, days: 45);
        var file = new PublishOptions { Path = path, Format = FileFormat.Handbook, Currency = "EUR" };
        var (model, _) = TrainRun.Run(
            new() { File = file, Output = "unused", TrainDays = 21, Training = new TrainingOptions { Trees = 20, LearningRate = 0.1 } }, Stop);
        var options = new ThresholdsOptions { Model = TreeModelFormat.Write(model), File = file, Days = 10, Costs = new() { Review = 1, WronglyDeclined = 500 } };

        var (bytes, summary) = ThresholdsRun.Run(options, Stop);
        var (_, calibrated) = ThresholdsRun.Run(options with { Calibrate = true }, Stop);
        var (_, dear) = ThresholdsRun.Run(options with { Costs = new() { Review = 1_000_000, WronglyDeclined = 1_000_000 } }, Stop);

        Assert.True(summary.Rows > 0 && summary.Frauds > 0, summary.ToString());
        Assert.True(summary.Now.Cost <= summary.Before.Cost && summary.Now.Cost <= summary.CostOfNothing, summary.ToString());
        var written = Decisioning.Models.SmallModels.Read(bytes);
        Assert.Equal(new DecisionThresholds(summary.Now.Review, summary.Now.Decline), written.Model.Thresholds);
        Assert.Equal(summary.Now.Cost, calibrated.Now.Cost, 1e-6);
        Assert.NotEqual((summary.Slope, summary.Offset), (calibrated.Slope, calibrated.Offset));
        // Nobody looks at that price, and only what lies above every genuine payment is declined.
        Assert.Equal(0, dear.Now.Reviewed);
        Assert.InRange(dear.Now.Declined, 0, dear.Frauds);
        Assert.InRange(dear.Now.Cost, 0, dear.CostOfNothing);
    }

    [Fact]
    public void Thresholds_when_there_is_nothing_to_choose_by_say_why()
    {
        var path = Path.Combine(_folder, "none.csv");
        File.WriteAllText(path, "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD,TX_FRAUD_SCENARIO\n0,2018-04-01 00:00:31,1,2,3.50,0,0\n");
        var options = new ThresholdsOptions
        {
            Model = Decisioning.Models.SmallModels.File(),
            File = new() { Path = path, Format = FileFormat.Handbook, Currency = "EUR" },
        };

        Assert.Equal("nothing_to_learn", Assert.Throws<CommandException>(() => ThresholdsRun.Run(options, Stop)).Code);
        Assert.Equal("bad_model", Assert.Throws<CommandException>(() => ThresholdsRun.Run(options with { Model = "{}"u8.ToArray() }, Stop)).Code);
    }

    [Theory]
    [InlineData("""{ "model": { "onnxFile": "away.onnx" } }""", "file_not_found")]
    [InlineData("""{ "onnxFile": "away.onnx" }""", "bad_model")]
    [InlineData("""{ "model": { "onnxFile": 7 } }""", "bad_model")]
    public void File_when_its_graph_cannot_be_put_in_says_why(string manifest, string code)
    {
        var path = Path.Combine(_folder, "manifest.json");
        File.WriteAllText(path, manifest);

        Assert.Equal(code, Assert.Throws<CommandException>(() => ModelFiles.Read(path)).Code);
        Assert.Equal("file_not_found", Assert.Throws<CommandException>(() => ModelFiles.Read(path + ".none")).Code);
    }
}
