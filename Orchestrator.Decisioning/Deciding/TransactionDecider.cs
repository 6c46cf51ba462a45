using System.Globalization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// From a transaction, its features, and the rules and models in force to a decision that can be made again from what it keeps. One serves one thread. It does not throw
/// because of a rule or a model: what cannot be evaluated does not count, and the decision says so.
/// </summary>
/// <param name="rules">The names that rules may use, see <see cref="FeatureFields.SchemaOf"/>.</param>
/// <param name="features">What the numbers of vectors mean.</param>
/// <param name="time">The clock of the deadline.</param>
/// <param name="deadline">How long the rules of one transaction may take; those whose turn comes later count by their defaults. Zero for no bound.</param>
/// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
public sealed class TransactionDecider(RuleSchema rules, FeatureSchema features, TimeProvider time, TimeSpan deadline, CurrencyScales? currencies = null)
{
    /// <summary>How many of a model's reasons a decision gives.</summary>
    public const int MaxModelReasons = 5;

    readonly LaneRules _rules = new(time);
    readonly RuleInput _input = new(rules);
    readonly MessageFields _fields = new(rules, currencies);
    readonly FeatureFields _features = new(rules, features);
    readonly long _ticks = (long)(deadline.TotalSeconds * time.TimestampFrequency);

    /// <summary>Decides.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="vector">Its features.</param>
    /// <param name="watermark">Up to when the windows behind them were complete; null when that is not known.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="models">The models in force.</param>
    /// <param name="receivedAt">When the transaction came, UTC.</param>
    /// <param name="now">The present, UTC.</param>
    /// <param name="degraded">Why not all counts that should, where the caller knows; see <see cref="DegradedReasons"/>.</param>
    public FraudAssessed Decide(
        TransactionSubmitted transaction, ReadOnlySpan<float> vector, DateTimeOffset? watermark, RulesInForce rules, ModelsInForce models,
        DateTimeOffset receivedAt, DateTimeOffset now, string? degraded = null)
    {
        _rules.Follow(rules);
        _fields.Fill(_input, transaction, now);
        _features.Fill(_input, vector);
        var live = rules.Live.Content;
        var champion = ModelPoints.Counts(live) ? ScoreOf(models.Champion, vector) : null;
        var points = Points(live, models.Champion, champion);
        var moment = new RuleSetMoment(rules.Lists, now, points, Deadline: _ticks == 0 ? 0 : time.GetTimestamp() + _ticks);
        var totals = _rules.Live!.Evaluate(_input, moment);
        var findings = totals.Matched + totals.Failed + totals.Late > 0 ? _rules.Live.Reasons(_input, moment) : [];
        var counts = points is not null;
        return new FraudAssessed(
            transaction.TransactionId, transaction.SourceAccountId, totals.Outcome, totals.Score,
            ReasonsOf(findings, totals.Outcome != FraudOutcome.Approve && Contributed(live, totals, points) ? models.Champion : null, vector),
            rules.Live.Version, now,
            ModelVersion: counts ? models.Champion!.Version : null,
            ListsVersion: rules.Live.Lists.Count == 0 ? null : rules.Lists.Version.ToString(CultureInfo.InvariantCulture),
            Shadow: Shadow(rules, models, champion, vector, moment),
            Degraded: DegradedBy(totals, isModelLost: models.Champion is not null && ModelPoints.Counts(live) && !counts, degraded),
            EventAt: transaction.OccurredAt,
            ReceivedAt: receivedAt,
            FeatureSchema: features.Hash,
            Features: FeatureVector.Write(vector),
            Watermark: watermark,
            Rules: findings.Count == 0 ? null : [.. findings.Select(Finding)],
            Transaction: transaction);
    }

    /// <summary>Evaluates the live rules again, and shows every one of them with the value of each of its parts.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="vector">Its features.</param>
    /// <param name="rules">The rules in force.</param>
    /// <param name="models">The models in force.</param>
    /// <param name="now">The present, UTC.</param>
    public IReadOnlyList<RuleResult> Trace(
        TransactionSubmitted transaction, ReadOnlySpan<float> vector, RulesInForce rules, ModelsInForce models, DateTimeOffset now)
    {
        _rules.Follow(rules);
        _fields.Fill(_input, transaction, now);
        _features.Fill(_input, vector);
        var live = rules.Live.Content;
        var points = Points(live, models.Champion, ModelPoints.Counts(live) ? ScoreOf(models.Champion, vector) : null);
        return _rules.Live!.Explain(_input, new RuleSetMoment(rules.Lists, now, points), trace: true).Rules;
    }

    // What is on trial: other rules, another model, or both together; each in the place of what is in force.
    ShadowDecision? Shadow(RulesInForce inForce, ModelsInForce models, ModelScore? champion, ReadOnlySpan<float> vector, in RuleSetMoment moment)
    {
        var trial = (inForce.Shadow ?? inForce.Live).Content;
        var counts = ModelPoints.Counts(trial);
        var challenger = counts && models.Challenger is not null ? ScoreOf(models.Challenger, vector) : null;
        if (inForce.Shadow is null && challenger is null)
            return null;
        var points = challenger is not null ? Points(trial, models.Challenger, challenger)
            : counts ? Points(trial, models.Champion, champion ?? ScoreOf(models.Champion, vector))
            : null;
        var totals = (inForce.Shadow is null ? _rules.Live : _rules.Shadow)!.Evaluate(_input, moment with { ModelScore = points });
        return new ShadowDecision(totals.Outcome, totals.Score, Version(inForce.Shadow?.Version, challenger is null ? null : models.Challenger!.Version));
    }

    // A model that fails, or says nothing that could be a probability, is as good as none.
    static ModelScore? ScoreOf(IScoringModel? model, ReadOnlySpan<float> vector)
    {
        try
        {
            return model?.Score(vector) is { } score && double.IsFinite(score.Probability) ? score : null;
        }
        catch (Exception)
        {
            return null;
        }
    }

    static int? Points(RuleSetContent rules, IScoringModel? model, ModelScore? score) =>
        model is not null && score is { } said ? ModelPoints.Of(rules, said, model.Thresholds) : null;

    // Whether the score would be another one without the model.
    static bool Contributed(RuleSetContent rules, in RuleSetTotals totals, int? points) =>
        points > 0 && (rules.Combine is null or { Mode: CombineMode.Max } ? totals.Score > totals.RulesScore : rules.Combine.ModelWeight > 0);

    // Rules that matched, what counted although it could not be evaluated, and what mattered most to the model.
    static FraudReason[] ReasonsOf(IReadOnlyList<RuleResult> findings, IScoringModel? model, ReadOnlySpan<float> vector) =>
        [.. findings.Where(IsReason).Select(f => new FraudReason(f.Name, f.Contribution, f.Sentence ?? "")), .. ModelReasons(model, vector)];

    static IReadOnlyList<FraudReason> ModelReasons(IScoringModel? model, ReadOnlySpan<float> vector)
    {
        try
        {
            return model?.Reasons(vector, MaxModelReasons) ?? [];
        }
        catch (Exception)
        {
            // The decision stands by its score; only its sentences are missing.
            return [];
        }
    }

    static bool IsReason(RuleResult finding) => finding.Matched || finding.Contribution != 0;

    static RuleFinding Finding(RuleResult finding) => new(
        finding.Name, finding.Contribution, IsReason(finding) ? null : finding.Sentence, finding.Failure is RuleFailure.None ? null : true);

    static string[]? DegradedBy(in RuleSetTotals totals, bool isModelLost, string? given)
    {
        if (!totals.Degraded && !isModelLost && given is null)
            return null;
        var reasons = new List<string>(4);
        if (given is not null)
            reasons.Add(given);
        if (totals.Failed > 0)
            reasons.Add(DegradedReasons.RuleFailed);
        if (totals.Late > 0)
            reasons.Add(DegradedReasons.DeadlinePassed);
        if (totals.ModelMissing || isModelLost)
            reasons.Add(DegradedReasons.ModelUnavailable);
        return [.. reasons];
    }

    // What differs from what is in force. Two long names do not fit into the message together; their hashes do.
    static string Version(string? rules, string? model)
    {
        if (rules is null || model is null)
            return rules ?? model!;
        var both = $"{rules} + {model}";
        return both.Length <= ContractErrors.MaxTextLength ? both : $"{Short(rules)} + {Short(model)}";
    }

    static string Short(string version) => version.Length <= 60 ? version : $"{version[..51]}-{version[^8..]}";
}
