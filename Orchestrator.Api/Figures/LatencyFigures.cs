using System.Diagnostics.Metrics;

namespace Orchestrator.Api.Figures;

/// <summary>
/// Listens to the histogram by which the sagas say how long each transaction took, and keeps the last ten seconds of it.
/// The same measurements go to Prometheus; this is for people who look at the figures now.
/// </summary>
public sealed class LatencyFigures : IDisposable
{
    /// <summary>The instrument: seconds from submission to end.</summary>
    public const string Instrument = "orchestrator.transaction.duration";

    readonly MeterListener _listener = new();
    readonly RollingHistogram _recent;

    /// <summary>Starts listening.</summary>
    public LatencyFigures(TimeProvider time)
    {
        _recent = new RollingHistogram(time);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Name, Instrument, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => _recent.Record(TimeSpan.FromSeconds(seconds)));
        _listener.Start();
    }

    /// <summary>The percentiles of the last ten seconds; null when nothing ended.</summary>
    public LatencyView? Recent() => _recent.PercentilesMs(0.5, 0.99, 0.999) is [var p50, var p99, var p999] ? new LatencyView(p50, p99, p999) : null;

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();
}
