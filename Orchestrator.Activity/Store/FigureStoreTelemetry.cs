using System.Diagnostics.Metrics;

namespace Orchestrator.Activity.Store;

/// <summary>How the storing of figures goes: meter <c>Orchestrator.Activity.Store</c>.</summary>
public sealed class FigureStoreTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Orchestrator.Activity.Store";

    readonly Meter _meter;
    readonly Histogram<double> _age;
    readonly Histogram<double> _seconds;
    readonly Counter<long> _rows;
    readonly Counter<long> _fenced;
    readonly Counter<long> _failed;
    readonly Counter<long> _givenUp;

    /// <summary>Makes the instruments.</summary>
    public FigureStoreTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };
        _age = _meter.CreateHistogram("orchestrator.activity.store.age", "s", "From the hand-over of a lane's figures until they are stored", advice: advice);
        _seconds = _meter.CreateHistogram("orchestrator.activity.store.duration", "s", "How long a transaction took, by what it stored", advice: advice);
        _rows = _meter.CreateCounter<long>("orchestrator.activity.store.rows", "{row}", "Rows that were stored, by what they are");
        _fenced = _meter.CreateCounter<long>("orchestrator.activity.store.fenced", "{lane}", "Hand-overs of lanes that somebody else had claimed");
        _failed = _meter.CreateCounter<long>("orchestrator.activity.store.failed", "{transaction}", "Transactions that failed and are tried again");
        _givenUp = _meter.CreateCounter<long>("orchestrator.activity.store.given_up", "{row}", "Rows that the database refuses whatever is done");
    }

    /// <summary>What waits is looked at whenever somebody asks.</summary>
    internal void Watch(Func<double> lagSeconds, Func<int> sessions)
    {
        _meter.CreateObservableGauge("orchestrator.activity.store.lag", lagSeconds, "s", "How long the figures have waited that have waited longest");
        _meter.CreateObservableGauge("orchestrator.activity.store.sessions_waiting", sessions, "{session}", "Sessions that go on and wait to be stored");
    }

    internal void Stored(string what, int rows, TimeSpan took)
    {
        _rows.Add(rows, new KeyValuePair<string, object?>("of", what));
        _seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("of", what));
    }

    internal void Aged(TimeSpan age) => _age.Record(age.TotalSeconds);

    internal void Fenced() => _fenced.Add(1);

    internal void Failed() => _failed.Add(1);

    internal void GivenUp(int rows) => _givenUp.Add(rows);

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
