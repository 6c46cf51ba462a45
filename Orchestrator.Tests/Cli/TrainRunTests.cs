using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Train;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Tests.Cli;

public sealed class TrainRunTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("orchestrator-train-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Train_when_a_handbook_file_has_labels_does_give_a_model_that_is_tried_on_the_days_after()
    {
        var file = HandbookFile.Write(_folder, withLabels: true, days: 45);

        var (model, summary) = TrainRun.Run(Options(file, trainDays: 21), TestContext.Current.CancellationToken);

        Assert.Equal(FeaturePlan.Standard.Schema.Hash, model.SchemaHash);
        Assert.Equal(TreeModelFormat.Write(model), TreeModelFormat.Write(TreeModelFormat.Read(TreeModelFormat.Write(model), FeaturePlan.Standard.Schema)));
        Assert.True(summary is { Skipped: 0, Trees: 30, Test.Frauds: > 0 }, summary.ToString());
        Assert.InRange(summary.Test!.Auc, 0.6, 1);
        Assert.True(summary.Test.Cost <= summary.Test.CostOfNothing, summary.Test.ToString());
    }

    [Theory]
    [InlineData(true, 30, "history_too_short")]
    [InlineData(false, 7, "no_labels")]
    public void Train_when_the_file_does_not_do_says_why(bool withLabels, int trainDays, string code)
    {
        var file = HandbookFile.Write(_folder, withLabels, days: 30);

        Assert.Equal(code, Assert.Throws<CommandException>(() => TrainRun.Run(Options(file, trainDays), TestContext.Current.CancellationToken)).Code);
    }

    TrainOptions Options(string path, int trainDays) => new()
    {
        File = new PublishOptions { Path = path, Format = FileFormat.Handbook, Currency = "EUR" },
        Output = Path.Combine(_folder, "model.json"),
        TrainDays = trainDays,
        Training = new TrainingOptions { Trees = 30, LearningRate = 0.1 },
    };
}
