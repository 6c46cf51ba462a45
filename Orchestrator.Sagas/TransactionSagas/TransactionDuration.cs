using System.Diagnostics.Metrics;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Measures how long transactions took, when their end is committed.</summary>
sealed class TransactionDuration : ISagaWatcher<TransactionSaga>
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Orchestrator.Sagas";

    readonly Histogram<double> _seconds;
    readonly TimeProvider _time;

    public TransactionDuration(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _seconds = meters.Create(MeterName).CreateHistogram<double>(
            "orchestrator.transaction.duration",
            "s",
            "From the submission to the committed end of a transaction",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600] });
    }

    public void Saving(UnitOfWork work, IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
    }

    public void Saved(IReadOnlyList<SagaChange<TransactionSaga>> changes)
    {
        var now = _time.GetUtcNow();
        foreach (var change in changes)
        {
            if (change is { After: { } after, Saga.SubmittedAt: { } submitted }
                && !string.Equals(change.Before, after, StringComparison.Ordinal)
                && TransactionStates.HasEnded(after)
                // What people undo days later is no measure of how fast it was.
                && change.Before is not ("Reversing" or "CompensationFailed"))
                _seconds.Record(Math.Max(0, (now - submitted).TotalSeconds), new KeyValuePair<string, object?>("outcome", TransactionStates.Shown(after)));
        }
    }
}
