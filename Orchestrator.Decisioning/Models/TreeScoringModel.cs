using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning.Models;

/// <summary>
/// A model of trees that decides: scores, and says what raised a score. A contribution is a Shapley value in log-odds; for people it is turned into points of
/// the score by the mean steepness of the curve between the score about which nothing is known and this one. So all contributions, those that lowered it too,
/// add up to what lies between the two.
/// </summary>
public sealed class TreeScoringModel : IScoringModel
{
    // Below this the curve is as good as straight between the two.
    const double SameLogOdds = 1e-9;

    readonly TreeScorer _scorer;
    readonly TreeContributions _contributions;
    readonly FeaturePlan _plan;
    readonly double _baseLogOdds;

    /// <summary>A model that fits the plan's schema.</summary>
    /// <param name="version">Its name and the beginning of its hash.</param>
    /// <param name="model">The trees.</param>
    /// <param name="plan">The features that it sees.</param>
    /// <exception cref="ArgumentException">It does not fit.</exception>
    public TreeScoringModel(string version, TreeModel model, FeaturePlan plan)
    {
        (Version, _plan) = (version, plan);
        _scorer = new TreeScorer(model, plan.Schema);
        _contributions = new TreeContributions(_scorer);
        _baseLogOdds = LogOdds(_contributions.Base);
        BaseProbability = model.Calibration.Probability(_contributions.Base);
    }

    /// <inheritdoc />
    public string Version { get; }

    /// <summary>The trees.</summary>
    public TreeModel Model => _scorer.Model;

    /// <inheritdoc />
    public DecisionThresholds Thresholds => Model.Thresholds;

    /// <summary>The probability of something about which nothing is known.</summary>
    public double BaseProbability { get; }

    /// <inheritdoc />
    public ModelScore Score(ReadOnlySpan<float> vector) => _scorer.Score(vector);

    /// <summary>What each input of the model added to the score, 0 to 1000; with the base they add up to it.</summary>
    public double[] Points(ReadOnlySpan<float> vector)
    {
        var score = Score(vector);
        var distance = LogOdds(score.Raw) - _baseLogOdds;
        var steepness = Math.Abs(distance) > SameLogOdds
            ? (score.Probability - BaseProbability) / distance
            : score.Probability * (1 - score.Probability);
        var points = _contributions.Of(vector);
        for (var i = 0; i < points.Length; i++)
            points[i] *= FraudAssessed.MaxScore * steepness * Model.Calibration.Slope;
        return points;
    }

    /// <inheritdoc />
    public IReadOnlyList<FraudReason> Reasons(ReadOnlySpan<float> vector, int atMost)
    {
        var points = Points(vector);
        var order = new List<int>(points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            // What rounds to nothing is no reason.
            if (points[i] >= 0.5)
                order.Add(i);
        }
        // Equal ones stay in the order of the inputs, so that the same vector gives the same reasons.
        order.Sort((a, b) => points[b].CompareTo(points[a]) is not 0 and var by ? by : a.CompareTo(b));
        var reasons = new FraudReason[Math.Min(Math.Max(atMost, 0), order.Count)];
        for (var i = 0; i < reasons.Length; i++)
            reasons[i] = Reason(order[i], points[order[i]], vector);
        return reasons;
    }

    FraudReason Reason(int input, double points, ReadOnlySpan<float> vector)
    {
        var index = _scorer.InputIndexes[input];
        var definition = _plan.Schema.Definitions[index];
        return new FraudReason(
            definition.Name,
            (int)Math.Min(Math.Round(points), FraudAssessed.MaxScore),
            FeatureSentence.Of(definition, vector[index], _plan.LabelDelay));
    }

    double LogOdds(double raw) => (Model.Calibration.Slope * raw) + Model.Calibration.Offset;
}
