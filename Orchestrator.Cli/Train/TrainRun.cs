using Orchestrator.Cli.Output;
using Orchestrator.Cli.Simulation;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Train;

/// <summary>Trains a model on labelled history, and tries it on the days after.</summary>
public static class TrainRun
{
    static readonly long DayMs = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    /// <summary>Runs.</summary>
    /// <exception cref="CommandException">The history is too short, or there is nothing to learn from it.</exception>
    public static (TreeModel Model, TrainSummary Summary) Run(TrainOptions options, CancellationToken stop)
    {
        var parameters = new HandbookParameters { Seed = options.Seed };
        var (history, skipped) = options.File is { } file
            ? LabelledFile.Read(file, options.LabelsPath, stop)
            : ([.. HandbookEvents.Of(new HandbookSimulator(parameters), parameters.Terminals)], 0);
        if (history.Count == 0)
            throw new CommandException("no_rows", "There is no transaction to learn from.");

        var plan = FeaturePlan.Standard;
        var end = history[^1].Event.AtMs + 1;
        var testFrom = end - (options.TestDays * DayMs);
        // Of what is younger than the delay before the test, or before today, nobody knows yet what became of it.
        var trainTo = testFrom - (long)plan.LabelDelay.TotalMilliseconds;
        var trainFrom = trainTo - (options.TrainDays * DayMs);
        if (history[0].Event.AtMs > trainFrom)
            throw new CommandException("history_too_short", $"{options.TrainDays} days to learn from, {plan.LabelDelay.TotalDays:N0} until labels are known and {options.TestDays} to try it need a longer history.");
        var rows = LabelledRows.Replay(
            history.TakeWhile(_ => !stop.IsCancellationRequested), plan, e => (e.AtMs >= trainFrom && e.AtMs < trainTo) || e.AtMs >= testFrom);
        stop.ThrowIfCancellationRequested();
        var train = rows.Where(r => r.Event.AtMs < trainTo);
        var test = rows.Where(r => r.Event.AtMs >= testFrom);
        var from = DateTimeOffset.FromUnixTimeMilliseconds(trainFrom);
        try
        {
            var model = TreeTrainer.Train(train, options.Training, $"trees-{from:yyyyMMdd}-{options.TrainDays}d");
            return (model, Summary(model, train, test, skipped, options));
        }
        catch (ArgumentException e)
        {
            throw new CommandException("nothing_to_learn", e.Message, e);
        }
    }

    static TrainSummary Summary(TreeModel model, LabelledRows train, LabelledRows test, int skipped, TrainOptions options)
    {
        var summary = new TrainSummary(
            model.Name, model.SchemaHash, model.Inputs, model.Trees.Count, train.Count, train.Frauds, skipped, model.Thresholds.Review, model.Thresholds.Decline);
        if (test.Frauds == 0 || test.Frauds == test.Count)
            return summary;
        var scorer = new TreeScorer(model, test.Schema);
        var rows = Enumerable.Range(0, test.Count).ToList();
        double[] probabilities = [.. rows.Select(i => scorer.Score(test.Vector(i)).Probability)];
        bool[] labels = [.. rows.Select(i => test[i].IsFraud)];
        double[] amounts = [.. rows.Select(i => test[i].Event.Amount / 100.0)];
        var (auc, averagePrecision) = Ranking.Of(probabilities, labels);
        var costs = options.Training.Costs;
        return summary with
        {
            Test = new(
                test.Count,
                test.Frauds,
                auc,
                averagePrecision,
                probabilities.Sum(),
                probabilities.Count(p => p >= model.Thresholds.Review && p < model.Thresholds.Decline),
                probabilities.Count(p => p >= model.Thresholds.Decline),
                CostThresholds.Cost(probabilities, labels, amounts, costs, model.Thresholds),
                CostThresholds.Cost(probabilities, labels, amounts, costs, new(1.1, 1.1))),
        };
    }
}

/// <summary>What was trained.</summary>
public sealed record TrainSummary(
    string Name, string SchemaHash, IReadOnlyList<string> Inputs, int Trees, int Rows, int Frauds, int Skipped, double Review, double Decline, TestSummary? Test = null,
    string? Version = null);

/// <summary>How it did on the days after.</summary>
/// <param name="Rows">How many transactions.</param>
/// <param name="Frauds">How many of them were frauds.</param>
/// <param name="Auc">The area under the ROC curve.</param>
/// <param name="AveragePrecision">The average precision.</param>
/// <param name="ExpectedFrauds">The sum of probabilities: near the number of frauds where the model is well calibrated.</param>
/// <param name="Reviewed">How many people would look at.</param>
/// <param name="Declined">How many would be declined.</param>
/// <param name="Cost">What it would have cost, major units.</param>
/// <param name="CostOfNothing">What it would have cost to approve all.</param>
public sealed record TestSummary(
    int Rows, int Frauds, double Auc, double AveragePrecision, double ExpectedFrauds, int Reviewed, int Declined, double Cost, double CostOfNothing);
