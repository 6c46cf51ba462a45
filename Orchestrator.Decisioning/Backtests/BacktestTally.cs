using Orchestrator.Contracts.Decisions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Adds up what a backtest decided.</summary>
sealed class BacktestTally
{
    // Readers must bear other names than the usual ones; they are given here, not by whoever sends something.
    const int MostReasons = 64;

    readonly long[,] _counts = new long[3, 3];
    readonly SortedDictionary<string, long> _degraded = new(StringComparer.Ordinal);
    readonly ScoreHistogram _scores = new();
    readonly AlertTally _alerts = new();

    /// <summary>Amounts.</summary>
    public MoneyTally Money { get; } = new();

    /// <summary>Rules.</summary>
    public RuleTally Rules { get; } = new();

    /// <summary>What was decided live.</summary>
    public LiveTally Live { get; } = new();

    /// <summary>How many were added.</summary>
    public long Count { get; private set; }

    /// <summary>Adds one.</summary>
    /// <param name="judged">What was decided.</param>
    /// <param name="findings">Its rules.</param>
    /// <param name="degraded">Why not all counted.</param>
    public void Add(in Judgement judged, IReadOnlyList<RuleFinding>? findings = null, IReadOnlyList<string>? degraded = null)
    {
        Count++;
        _counts[(int)judged.Outcome, (int)judged.Truth]++;
        _scores.Add(judged.Score, judged.Truth);
        if (judged.IsFlagged)
            _alerts.Add(judged.At);
        Money.Add(judged);
        Rules.Add(judged, findings);
        foreach (var reason in degraded ?? [])
        {
            if (_degraded.Count < MostReasons || _degraded.ContainsKey(reason))
                _degraded[reason] = _degraded.GetValueOrDefault(reason) + 1;
        }
    }

    /// <summary>How many, by outcome and truth.</summary>
    public OutcomeCounts Outcomes() => new(Of(FraudOutcome.Approve), Of(FraudOutcome.Review), Of(FraudOutcome.Decline));

    /// <summary>What is flagged against what was fraud, from an outcome on.</summary>
    public ConfusionMatrix From(FraudOutcome flagged)
    {
        var (yes, no) = (new TruthCounts(0, 0, 0), new TruthCounts(0, 0, 0));
        foreach (var outcome in Enum.GetValues<FraudOutcome>())
        {
            if (outcome >= flagged)
                yes = Sum(yes, Of(outcome));
            else
                no = Sum(no, Of(outcome));
        }
        return new ConfusionMatrix(yes, no);
    }

    /// <summary>See <see cref="ScoreHistogram.AveragePrecision"/>.</summary>
    public double? AveragePrecision() => _scores.AveragePrecision();

    /// <summary>Alerts.</summary>
    public AlertVolume Alerts(TimeSpan over) => _alerts.Report(over);

    /// <summary>How many were degraded, by the reason.</summary>
    public IReadOnlyDictionary<string, long> Degraded() => _degraded;

    TruthCounts Of(FraudOutcome outcome) => new(_counts[(int)outcome, 0], _counts[(int)outcome, 1], _counts[(int)outcome, 2]);

    static TruthCounts Sum(TruthCounts a, TruthCounts b) => new(a.Fraud + b.Fraud, a.Genuine + b.Genuine, a.Unlabelled + b.Unlabelled);
}
