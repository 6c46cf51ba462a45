using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.LightGbm;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Decisioning.Training;

/// <summary>Grows a model's trees with LightGBM, and takes them out of it: scoring needs nothing of the trainer.</summary>
public static class TreeTrainer
{
    /// <summary>Trains a model, calibrates it and chooses its thresholds, both on scores of accounts that the scoring trees have not learnt from.</summary>
    /// <exception cref="ArgumentException">There is nothing to learn from these rows; the message says why.</exception>
    public static TreeModel Train(LabelledRows rows, TrainingOptions options, string name)
    {
        System.ComponentModel.DataAnnotations.Validator.ValidateObject(options, new(options), validateAllProperties: true);
        var inputs = Varying(rows, options.Inputs);
        if (rows.Frauds == 0 || rows.Frauds == rows.Count || inputs.Count == 0)
            throw new ArgumentException($"{rows.Count} rows with {rows.Frauds} frauds and {inputs.Count} inputs that vary: there is nothing to tell apart", nameof(rows));
        var unseen = OutOfFold(rows, options, inputs);
        var calibration = unseen.Raw.Length == 0 ? Calibration.None : Calibrating.Fit(unseen.Raw, unseen.Labels);
        var thresholds = unseen.Raw.Length == 0
            ? new DecisionThresholds(0.5, 0.9)
            : CostThresholds.Choose([.. unseen.Raw.Select(calibration.Probability)], unseen.Labels, unseen.Amounts, options.Costs);
        return Grow(rows, options, inputs, name) with
        {
            Calibration = calibration,
            Thresholds = thresholds,
            Facts = Facts(rows, unseen, calibration),
        };
    }

    /// <summary>Only the trees, not calibrated: for whoever ranks and needs no probabilities.</summary>
    public static TreeModel Grow(LabelledRows rows, TrainingOptions options, string name) => Grow(rows, options, Varying(rows, options.Inputs), name);

    /// <summary>The trees, and the trainer's own scores of other rows with them: by these the evaluator is checked.</summary>
    internal static (TreeModel Model, float[] Scores) GrowAndScore(LabelledRows rows, LabelledRows others, TrainingOptions options)
    {
        var inputs = Varying(rows, options.Inputs);
        var context = new MLContext(options.Seed);
        var trained = Fit(context, rows, options, inputs, ensemble: 0);
        var model = Model(rows, inputs, [.. Trees(trained.Model.SubModel, 1)], "checked");
        var scores = trained.Transform(View(context, others, Indexes(others, inputs))).GetColumn<float>("Score").ToArray();
        return (model, scores);
    }

    static TreeModel Grow(LabelledRows rows, TrainingOptions options, IReadOnlyList<string> inputs, string name)
    {
        var trees = new List<RegressionTree>();
        for (var ensemble = 0; ensemble < options.Ensembles; ensemble++)
        {
            var trained = Fit(new MLContext(options.Seed), rows, options, inputs, ensemble);
            trees.AddRange(Trees(trained.Model.SubModel, 1.0 / options.Ensembles));
        }
        return Model(rows, inputs, trees, name);
    }

    static TreeModel Model(LabelledRows rows, IReadOnlyList<string> inputs, List<RegressionTree> trees, string name) => new()
    {
        Name = name,
        SchemaHash = rows.Schema.Hash,
        Inputs = inputs,
        Trees = TreeCovers.Count(trees, rows, Indexes(rows, inputs)),
        Calibration = Calibration.None,
    };

    static BinaryPredictionTransformer<Microsoft.ML.Calibrators.CalibratedModelParametersBase<LightGbmBinaryModelParameters, Microsoft.ML.Calibrators.PlattCalibrator>> Fit(
        MLContext context, LabelledRows rows, TrainingOptions options, IReadOnlyList<string> inputs, int ensemble) =>
        context.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options
        {
            NumberOfIterations = Math.Max(1, options.Trees / options.Ensembles),
            NumberOfLeaves = options.Leaves,
            LearningRate = options.LearningRate,
            MinimumExampleCountPerLeaf = options.LeastRows,
            MaximumBinCountPerFeature = options.Steps,
            // Raw scores are log-odds then.
            Sigmoid = 1,
            // With one thread and one seed the same rows give the same trees.
            NumberOfThreads = 1,
            Deterministic = true,
            Seed = unchecked(options.Seed + (ensemble * 7919)) & int.MaxValue,
            Booster = new GradientBooster.Options
            {
                SubsampleFraction = options.RowShare,
                SubsampleFrequency = options.RowShare < 1 ? 1 : 0,
                FeatureFraction = options.InputShare,
                L2Regularization = options.Ridge,
            },
        }).Fit(View(context, rows, Indexes(rows, inputs)));

    static IEnumerable<RegressionTree> Trees(LightGbmBinaryModelParameters trained, double weight)
    {
        var ensemble = trained.TrainedTreeEnsemble;
        foreach (var (tree, treeWeight) in ensemble.Trees.Zip(ensemble.TreeWeights))
        {
            yield return new RegressionTree
            {
                Inputs = [.. tree.NumericalSplitFeatureIndexes],
                Thresholds = [.. tree.NumericalSplitThresholds],
                Left = [.. tree.LeftChild],
                Right = [.. tree.RightChild],
                Leaves = [.. tree.LeafValues.Select(v => v * treeWeight * weight)],
                Covers = [.. tree.LeafValues.Select(_ => 1.0)],
            };
        }
    }

    static IDataView View(MLContext context, LabelledRows rows, int[] indexes)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, indexes.Length);
        return context.Data.LoadFromEnumerable(Enumerable.Range(0, rows.Count).Select(i => new Row { Features = Of(rows, i, indexes), Label = rows[i].IsFraud }), schema);
    }

    internal static float[] Of(LabelledRows rows, int row, int[] indexes)
    {
        var vector = rows.Vector(row);
        var values = new float[indexes.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = vector[indexes[i]];
        return values;
    }

    static int[] Indexes(LabelledRows rows, IReadOnlyList<string> inputs) => [.. inputs.Select(rows.Schema.IndexOf)];

    static List<string> Varying(LabelledRows rows, IReadOnlyList<string> inputs)
    {
        if (inputs.FirstOrDefault(i => rows.Schema.IndexOf(i) < 0) is { } unknown)
            throw new ArgumentException($"There is no feature {unknown}", nameof(inputs));
        return [.. inputs.Where(i => Varies(rows, rows.Schema.IndexOf(i)))];
    }

    static bool Varies(LabelledRows rows, int feature)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows.Vector(i)[feature] != rows.Vector(0)[feature])
                return true;
        }
        return false;
    }

    static (double[] Raw, bool[] Labels, double[] Amounts) OutOfFold(LabelledRows rows, TrainingOptions options, IReadOnlyList<string> inputs)
    {
        var raw = new List<double>();
        var labels = new List<bool>();
        var amounts = new List<double>();
        for (var fold = 0; fold < options.Folds; fold++)
        {
            var seen = rows.Where(r => Fold(r, options.Folds) != fold);
            var unseen = rows.Where(r => Fold(r, options.Folds) == fold);
            if (seen.Frauds == 0 || unseen.Count == 0)
                continue;
            var scorer = new TreeScorer(Grow(seen, options, inputs, "fold"), rows.Schema);
            for (var i = 0; i < unseen.Count; i++)
            {
                raw.Add(scorer.Raw(unseen.Vector(i)));
                labels.Add(unseen[i].IsFraud);
                amounts.Add(unseen[i].Event.Amount / 100.0);
            }
        }
        return labels.Contains(true) ? ([.. raw], [.. labels], [.. amounts]) : ([], [], []);
    }

    // By account, so that no account is learnt from and tried.
    static int Fold(LabelledEvent labelled, int folds) => (int)(Features.KeyHash.Of(labelled.Event.Account, 1) % (ulong)folds);

    static Dictionary<string, double> Facts(LabelledRows rows, (double[] Raw, bool[] Labels, double[] Amounts) unseen, Calibration calibration)
    {
        var facts = new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["rows"] = rows.Count,
            ["frauds"] = rows.Frauds,
            ["from_unix_ms"] = rows[0].Event.AtMs,
            ["to_unix_ms"] = rows[rows.Count - 1].Event.AtMs,
        };
        if (unseen.Raw.Length == 0)
            return facts;
        var (auc, averagePrecision) = Ranking.Of(unseen.Raw, unseen.Labels);
        facts["unseen_auc"] = auc;
        facts["unseen_average_precision"] = averagePrecision;
        facts["unseen_brier"] = unseen.Raw.Zip(unseen.Labels, (r, y) => Math.Pow(calibration.Probability(r) - (y ? 1 : 0), 2)).Average();
        return facts;
    }

    sealed class Row
    {
        public float[] Features { get; init; } = [];

        public bool Label { get; init; }
    }
}
