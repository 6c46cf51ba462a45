using System.Diagnostics.Metrics;
using Orchestrator.Contracts.Customers;

namespace Orchestrator.Activity.Segments;

/// <summary>What is counted about segments: meter <c>Orchestrator.Segments</c>.</summary>
public sealed class SegmentTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Orchestrator.Segments";

    readonly Meter _meter;
    readonly Counter<long> _changes;
    readonly Histogram<double> _delay;

    /// <summary>Creates the instruments.</summary>
    public SegmentTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _changes = _meter.CreateCounter<long>("orchestrator.segments.changes", "{change}", "Customers who came into a segment or left it, by segment");
        _delay = _meter.CreateHistogram<double>(
            "orchestrator.segments.delay", "s", "From when a fact was published to when the segments were worked out",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60, 600] });
    }

    internal void Taken(DateTimeOffset published, DateTimeOffset now) => _delay.Record(Math.Max(0, (now - published).TotalSeconds));

    internal void Committed(IReadOnlyList<SegmentChanged> changes)
    {
        foreach (var change in changes)
            _changes.Add(1, new KeyValuePair<string, object?>("segment", change.Segment), new KeyValuePair<string, object?>("entered", change.Entered));
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
