using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publish;
using Orchestrator.Cli.Train;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Cli.Models;

/// <summary>What <c>models thresholds</c> was asked to do.</summary>
public sealed record ThresholdsOptions
{
    /// <summary>The model's file.</summary>
    public required byte[] Model { get; init; }

    /// <summary>The transactions.</summary>
    public required PublishOptions File { get; init; }

    /// <summary>Their labels (<c>transactionId,fraud</c>); null where the file has them itself.</summary>
    public string? LabelsPath { get; init; }

    /// <summary>How many days at the end are looked at.</summary>
    public int Days { get; init; } = 28;

    /// <summary>Whether probabilities are fitted to the outcomes first.</summary>
    public bool Calibrate { get; init; }

    /// <summary>What errors cost.</summary>
    public DecisionCosts Costs { get; init; } = new();
}

/// <summary>Chooses a model's thresholds anew: those under which past transactions would have cost least.</summary>
public static class ThresholdsRun
{
    /// <summary>Runs; gives the model's file with the new thresholds.</summary>
    /// <exception cref="CommandException">The model does not fit, or there is nothing to choose by.</exception>
    public static (byte[] Model, ThresholdsSummary Summary) Run(ThresholdsOptions options, CancellationToken stop)
    {
        var plan = FeaturePlan.Standard;
        if (!ModelFile.TryRead(options.Model, plan, out var file, out var error))
            throw new CommandException("bad_model", $"{error}");
        var (history, skipped) = LabelledFile.Read(options.File, options.LabelsPath, stop);
        if (history.Count == 0)
            throw new CommandException("no_rows", "There is no transaction to choose by.");
        var from = history[^1].Event.AtMs + 1 - (long)TimeSpan.FromDays(options.Days).TotalMilliseconds;
        var rows = LabelledRows.Replay(history.TakeWhile(_ => !stop.IsCancellationRequested), plan, e => e.AtMs >= from);
        stop.ThrowIfCancellationRequested();
        if (rows.Frauds == 0 || rows.Frauds == rows.Count)
            throw new CommandException("nothing_to_learn", $"{rows.Count} transactions with {rows.Frauds} frauds: there is nothing to choose by.");

        double[] raw = [.. Enumerable.Range(0, rows.Count).Select(i => file.Model.Score(rows.Vector(i)).Raw)];
        bool[] labels = [.. Enumerable.Range(0, rows.Count).Select(i => rows[i].IsFraud)];
        double[] amounts = [.. Enumerable.Range(0, rows.Count).Select(i => rows[i].Event.Amount / 100.0)];
        var (before, now) = (file.Description.Calibration, options.Calibrate ? Calibrating.Fit(raw, labels) : file.Description.Calibration);
        double[] probabilities = [.. raw.Select(now.Probability)];
        var chosen = CostThresholds.Choose(probabilities, labels, amounts, options.Costs);
        return (
            file.With(options.Model, plan, now, chosen),
            new ThresholdsSummary(
                file.Description.Name, rows.Count, rows.Frauds, skipped, now.Slope, now.Offset,
                ThresholdsCost.Of([.. raw.Select(before.Probability)], labels, amounts, options.Costs, file.Description.Thresholds),
                ThresholdsCost.Of(probabilities, labels, amounts, options.Costs, chosen),
                CostThresholds.Cost(probabilities, labels, amounts, options.Costs, new(DecisionThresholds.Never, DecisionThresholds.Never))));
    }
}

/// <summary>What was chosen.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Rows">How many transactions were looked at.</param>
/// <param name="Frauds">How many of them were frauds.</param>
/// <param name="Skipped">Rows that were bad.</param>
/// <param name="Slope">Of the calibration.</param>
/// <param name="Offset">Of the calibration.</param>
/// <param name="Before">What the thresholds so far would have cost.</param>
/// <param name="Now">What the new ones would have.</param>
/// <param name="CostOfNothing">What it would have cost to approve all.</param>
public sealed record ThresholdsSummary(
    string Name, int Rows, int Frauds, int Skipped, double Slope, double Offset, ThresholdsCost Before, ThresholdsCost Now, double CostOfNothing);

/// <summary>Thresholds, and what past transactions would have cost under them.</summary>
/// <param name="Review">From which probability a person looks.</param>
/// <param name="Decline">From which it is declined.</param>
/// <param name="Reviewed">How many people would have looked at.</param>
/// <param name="Declined">How many would have been declined.</param>
/// <param name="Cost">What it would have cost, major units.</param>
public sealed record ThresholdsCost(double Review, double Decline, int Reviewed, int Declined, double Cost)
{
    internal static ThresholdsCost Of(double[] probabilities, bool[] labels, double[] amounts, DecisionCosts costs, DecisionThresholds thresholds) => new(
        thresholds.Review, thresholds.Decline,
        probabilities.Count(p => p >= thresholds.Review && p < thresholds.Decline), probabilities.Count(p => p >= thresholds.Decline),
        CostThresholds.Cost(probabilities, labels, amounts, costs, thresholds));
}
