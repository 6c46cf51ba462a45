using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// From a model's probability to the score that is combined with the rules. Where a rule set says how (<see cref="ScoreCombination"/>), it is the probability from 0 to
/// 1000. Where it says nothing, the model's own thresholds mean what they say: from the probability at which it wants a person to look, the score is the rule set's for
/// a review, from that at which it declines, the rule set's for that, and between them straight lines; the larger of it and of the rules' counts.
/// </summary>
public static class ModelPoints
{
    /// <summary>Whether a model counts at all under these rules.</summary>
    public static bool Counts(RuleSetContent rules) => rules.Combine is not { Mode: CombineMode.Rules };

    /// <summary>Whether these rules were written to be combined with a model: without one their decisions are marked.</summary>
    public static bool AreNeeded(RuleSetContent rules) => rules.Combine is { Mode: not CombineMode.Rules };

    /// <summary>What is combined with the rules' score.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="score">What the model says, finite.</param>
    /// <param name="thresholds">The model's own.</param>
    public static int Of(RuleSetContent rules, in ModelScore score, DecisionThresholds thresholds) =>
        rules.Combine is null ? Mapped(score.Probability, thresholds, rules.Thresholds) : Math.Clamp(score.Points, 0, FraudAssessed.MaxScore);

    // Rounded down within each stretch, so that a probability just below a threshold does not reach it.
    static int Mapped(double probability, DecisionThresholds model, RuleSetThresholds rules) =>
        probability >= model.Decline ? Line(probability, model.Decline, 1, rules.Decline, FraudAssessed.MaxScore)
        : probability >= model.Review ? Line(probability, model.Review, model.Decline, rules.Review, rules.Decline - 1)
        : Line(probability, 0, model.Review, 0, rules.Review - 1);

    static int Line(double value, double from, double to, int low, int high)
    {
        high = Math.Min(high, FraudAssessed.MaxScore);
        low = Math.Min(low, high);
        return to > from ? low + (int)Math.Clamp((value - from) / (to - from) * (high - low + 1), 0, high - low) : high;
    }
}
