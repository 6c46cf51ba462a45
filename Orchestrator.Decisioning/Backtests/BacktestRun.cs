using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>
/// Replays history through the library that decides live, on state of its own: it writes nothing and asks nobody. What it decides follows from the history, the rules, the
/// model and the lists alone. One serves one thread.
/// </summary>
public sealed class BacktestRun
{
    readonly BacktestSpec _spec;
    readonly BacktestParts _parts;
    readonly FeatureEngine _engine;
    readonly TransactionDecider _decider;
    readonly RulesInForce _rules;
    readonly ModelsInForce _models;
    readonly DueLabels _labels;
    readonly SuppliedThen _supplied;
    readonly float[] _vector;
    readonly DateTimeOffset _labelsAsOf;
    readonly BacktestTally _tally = new();
    long _warmUp;
    long _repeated;
    long _assumedGenuine;
    DateTimeOffset? _first;
    DateTimeOffset _last;

    /// <summary>A run that has seen nothing yet.</summary>
    /// <param name="spec">What it judges, and how.</param>
    /// <param name="parts">What decides.</param>
    /// <param name="labelsAsOf">As of when labels are known.</param>
    public BacktestRun(BacktestSpec spec, BacktestParts parts, DateTimeOffset labelsAsOf)
    {
        (_spec, _parts, _labelsAsOf) = (spec, parts, labelsAsOf);
        _engine = new FeatureEngine(parts.Plan, parts.Features);
        // No deadline: the past is not in a hurry, and a result must not depend on the machine.
        _decider = new TransactionDecider(parts.Rules.Schema, parts.Plan.Schema, TimeProvider.System, TimeSpan.Zero, parts.Currencies);
        _rules = new RulesInForce(parts.Rules, Shadow: null, parts.Lists);
        _models = new ModelsInForce(parts.Model, Challenger: null);
        _labels = new DueLabels(parts.Plan);
        _supplied = new SuppliedThen(parts.Plan);
        _vector = new float[parts.Plan.Schema.Length];
    }

    /// <summary>From when on history is wanted, so that windows are whole when the judging begins.</summary>
    public static DateTimeOffset WantedFrom(BacktestSpec spec, BacktestParts parts)
    {
        var warmUp = WarmUp.Of(parts.Plan, parts.Features);
        return spec.From - DateTimeOffset.UnixEpoch > warmUp ? spec.From - warmUp : DateTimeOffset.UnixEpoch;
    }

    /// <summary>How many were taken.</summary>
    public long Taken => _warmUp + _tally.Count + _repeated;

    /// <summary>How many were judged.</summary>
    public long Judged => _tally.Count;

    /// <summary>The features of the last one.</summary>
    internal ReadOnlySpan<float> Vector => _vector;

    /// <summary>Takes the next transaction, in the order of event times and ids.</summary>
    public void Take(PastTransaction past)
    {
        var at = past.Transaction.OccurredAt;
        var taken = FeatureEvents.Of(past.Transaction, past.ReceivedAt, currencies: _parts.Currencies);
        _labels.Tell(taken.AtMs, _engine);
        if (_engine.Observe(taken, _supplied.Of(past.Live), _vector).IsDuplicate)
        {
            _repeated++;
            return;
        }
        _labels.Add(taken, past.Labels);
        (_first, _last) = (_first ?? at, at);
        // Nobody teaches an account large amounts by being refused: before the judging begins, by what was refused then.
        if ((at < _spec.From ? BeforeJudging(past) : Judge(past)) == FraudOutcome.Decline)
            _engine.Declined(taken);
    }

    /// <summary>What it comes to.</summary>
    /// <param name="history">Where it came from, read to its end.</param>
    /// <param name="elapsed">How long it took.</param>
    public BacktestResult Result(IBacktestHistory history, TimeSpan elapsed)
    {
        var wanted = WantedFrom(_spec, _parts);
        return new BacktestResult(
            _spec.From, _spec.To,
            new BacktestVersions(_parts.Rules.Version, _parts.Model?.Version, _parts.ListsVersion, _parts.Plan.Schema.Hash),
            new WarmUpReport(wanted, _first, _warmUp, history.HasOlder),
            _tally.Outcomes(), _tally.From(FraudOutcome.Review), _tally.From(FraudOutcome.Decline), _tally.AveragePrecision(),
            _tally.Alerts(JudgedOver()), _tally.Money.Report(_spec.ReviewCost), _tally.Live.Report(), _tally.Rules.Report(), _tally.Degraded(),
            new LabelReport(_labelsAsOf, _assumedGenuine, _labels.Told),
            new BacktestPace(Math.Round(elapsed.TotalSeconds, 3), Taken, elapsed > TimeSpan.Zero ? Math.Round(Taken / elapsed.TotalSeconds, 1) : 0),
            BacktestNotes.Of(_parts, history, wanted, _first, _repeated, _engine.Report()));
    }

    FraudOutcome BeforeJudging(PastTransaction past)
    {
        _warmUp++;
        return past.Live?.Outcome ?? Decide(past).Outcome;
    }

    FraudOutcome Judge(PastTransaction past)
    {
        var decision = Decide(past);
        var transaction = past.Transaction;
        var judged = new Judgement(
            transaction.TransactionId, transaction.OccurredAt, decision.Outcome, decision.Score, TruthOf(past), transaction.AmountMinor, transaction.Currency);
        _tally.Add(judged, decision.Rules, decision.Degraded);
        if (past.Live is { } live)
            _tally.Live.Add(judged, live, _vector, _parts.Plan.Schema.Hash);
        return decision.Outcome;
    }

    FraudAssessed Decide(PastTransaction past) =>
        _decider.Decide(past.Transaction, _vector, watermark: null, _rules, _models, past.ReceivedAt, past.DecidedAt);

    Truth TruthOf(PastTransaction past)
    {
        if (past.Truth != Truth.Unlabelled || !_spec.UnlabelledAsGenuine || past.Transaction.OccurredAt + _parts.Plan.LabelDelay > _labelsAsOf)
            return past.Truth;
        _assumedGenuine++;
        return Truth.Genuine;
    }

    // What was asked for, as far as history covers it.
    TimeSpan JudgedOver()
    {
        if (_first is not { } first || _tally.Count == 0)
            return TimeSpan.Zero;
        return _last - (first > _spec.From ? first : _spec.From);
    }
}
