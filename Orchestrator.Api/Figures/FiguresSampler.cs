using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Api.Figures;

/// <summary>Reads the totals.</summary>
public delegate Task<TransactionTotals> ReadTransactionTotals(CancellationToken cancellationToken);

/// <summary>
/// Takes the figures once a second, so that any number of viewers cost the database one small query, and rates are those of the last ten seconds
/// whoever looks and however often.
/// </summary>
public sealed partial class FiguresSampler(
    ReadTransactionTotals totals, ParkedMessages parked, LagEverywhere lag, LatencyFigures latency, TimeProvider time, ILogger<FiguresSampler> logger)
    : BackgroundService
{
    const int Window = 10;
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    readonly Queue<Sample> _samples = new(Window + 1);
    volatile FiguresView? _latest;

    /// <summary>The latest figures; null before the first.</summary>
    public FiguresView? Latest => _latest;

    /// <summary>Takes the figures now.</summary>
    public async Task<FiguresView> TakeAsync(CancellationToken cancellationToken)
    {
        var sample = new Sample(time.GetTimestamp(), await totals(cancellationToken), await parked.CountAsync(cancellationToken));
        _samples.Enqueue(sample);
        while (_samples.Count > Window + 1)
            _samples.Dequeue();
        var (t, groups) = (sample.Totals, await lag.ReadAsync(cancellationToken));
        return _latest = new FiguresView(
            t.Submitted, t.Completed, t.Declined, t.Held, t.Compensated, t.Voided, sample.Parked, t.InProgress,
            Rates(_samples.Peek(), sample), latency.Recent(), new LagView(groups.Values.Sum(), groups), time.GetUtcNow(), t.Reversed, t.CompensationFailed);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await TakeAsync(stoppingToken);
            }
            catch (Exception e) when (Failures.IsTransient(e) && !stoppingToken.IsCancellationRequested)
            {
                NotTaken(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    Dictionary<string, double> Rates(Sample first, Sample last)
    {
        var seconds = time.GetElapsedTime(first.Timestamp, last.Timestamp).TotalSeconds;
        return new Dictionary<string, double>(StringComparer.Ordinal)
        {
            ["submitted"] = Rate(s => s.Totals.Submitted),
            ["completed"] = Rate(s => s.Totals.Completed),
            ["declined"] = Rate(s => s.Totals.Declined),
            ["held"] = Rate(s => s.Totals.Held),
            ["compensated"] = Rate(s => s.Totals.Compensated),
            ["voided"] = Rate(s => s.Totals.Voided),
            ["parked"] = Rate(s => s.Parked),
            ["inProgress"] = Rate(s => s.Totals.InProgress),
            ["reversed"] = Rate(s => s.Totals.Reversed),
            ["compensationFailed"] = Rate(s => s.Totals.CompensationFailed),
        };

        double Rate(Func<Sample, long> of) => seconds > 0 ? Math.Round((of(last) - of(first)) / seconds, 1) : 0;
    }

    [LoggerMessage(LogLevel.Warning, "Figures are those of before: {Reason}")]
    static partial void NotTaken(ILogger logger, string reason);

    sealed record Sample(long Timestamp, TransactionTotals Totals, long Parked);
}
