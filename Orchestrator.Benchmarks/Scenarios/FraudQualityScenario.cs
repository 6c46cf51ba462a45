using System.Diagnostics;
using System.Globalization;
using Orchestrator.Benchmarks.Handbook;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Cli.Simulation;
using Orchestrator.Cli.Train;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Training;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>How well frauds are found: the Fraud Detection Handbook's protocol on its own data, with the live engine's features and the trainer of the command line.</summary>
sealed class FraudQualityScenario : IScenario
{
    public string Name => "fraud-quality";

    public string Summary => "the Fraud Detection Handbook's protocol, by the live engine's features and orchestrator train's trainer";

    public string Unit => "average precision, four folds";

    public int DefaultRuns => 1;

    public double? Must => 0.740;

    public IReadOnlyDictionary<string, object?> Settings(BenchArguments arguments) => new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["train_days"] = 7,
        ["label_delay_days"] = FeaturePlan.Standard.LabelDelay.TotalDays,
        ["test_days"] = 7,
        ["training"] = new TrainingOptions(),
        ["features"] = FeaturePlan.Standard.Schema.Length,
    };

    public Task<RunFigures> RunAsync(RunContext context)
    {
        Line("model", "AUC / AP / CP@100, chapter-3 week", "four folds");
        Line("logistic regression (published)", ".871 / .606 / .291", ".868 / .623 / .297");
        Line("random forest (published)", ".867 / .658 / .287", ".870 / .678 / .299");
        Line("XGBoost (published)", ".862 / .639 / .273", ".869 / .687 / .303");
        Line("balanced bagging (published)", "", ".879 / .680 / .305");
        var details = new Dictionary<string, object?>(StringComparer.Ordinal);
        FoldFigures? handbook = null;
        foreach (var (name, parameters) in HandbookWorlds.All)
        {
            var (chapter3, folds) = Measure(parameters, context.Stop);
            handbook ??= folds;
            Line(name, Figures(chapter3), Figures(folds));
            details[$"{name}_auc"] = folds.Auc;
            details[$"{name}_ap"] = folds.AveragePrecision;
            details[$"{name}_cp100"] = folds.CardPrecision;
            details[$"{name}_chapter3_auc"] = chapter3.Auc;
            details[$"{name}_chapter3_ap"] = chapter3.AveragePrecision;
            details[$"{name}_chapter3_cp100"] = chapter3.CardPrecision;
            details[$"{name}_chapter3_rows"] = chapter3.Rows;
            details[$"{name}_chapter3_frauds"] = chapter3.Frauds;
        }
        details["must_cp100"] = 0.305;
        details["reached_cp100"] = handbook!.CardPrecision >= 0.305;
        return Task.FromResult(new RunFigures { Value = handbook.AveragePrecision, Details = details });
    }

    static (FoldFigures Chapter3, FoldFigures Folds) Measure(HandbookParameters parameters, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        var (first, last) = HandbookFold.Days;
        var zero = HandbookParameters.DayZero.ToUnixTimeMilliseconds();
        var (fromMs, toMs) = (zero + (first * 86_400_000L), zero + ((last + 1) * 86_400_000L));
        var rows = LabelledRows.Replay(
            HandbookEvents.Of(new HandbookSimulator(parameters), parameters.Terminals).TakeWhile(e => e.Event.AtMs < toMs), FeaturePlan.Standard, e => e.AtMs >= fromMs);
        Progress.Write($"features of {rows.Count:N0} transactions, and their history, in {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s");
        var folds = new Dictionary<HandbookFold, FoldFigures>();
        foreach (var fold in HandbookFold.All)
        {
            stop.ThrowIfCancellationRequested();
            var scorer = new TreeScorer(TreeTrainer.Grow(fold.Train(rows), new TrainingOptions(), "fold"), rows.Schema);
            folds.Add(fold, fold.Try(rows, vector => scorer.Raw(vector)));
        }
        return (folds[HandbookFold.Chapter3], FoldFigures.Mean(folds.Values));
    }

    static void Line(string model, string chapter3, string folds) => Progress.Write($"{model,-34} {chapter3,-36} {folds}");

    static string Figures(FoldFigures f) => string.Create(CultureInfo.InvariantCulture, $"{f.Auc:.000} / {f.AveragePrecision:.000} / {f.CardPrecision:.000}");
}
