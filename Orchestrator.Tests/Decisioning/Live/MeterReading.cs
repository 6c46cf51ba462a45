using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>What a meter has said since this began, by instrument and by one of the values of the tags.</summary>
sealed class MeterReading : IDisposable
{
    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<(string Instrument, string Tag), double> _sums = new();
    readonly ConcurrentDictionary<(string Instrument, string Tag), double> _latest = new();

    public MeterReading(string meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, meter, StringComparison.Ordinal))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        _listener.Start();
    }

    /// <summary>The sum of what was counted with that value of a tag.</summary>
    public double Sum(string instrument, string tag) => _sums.GetValueOrDefault((instrument, tag));

    /// <summary>What an observable instrument says now, with that value of a tag, or with any.</summary>
    public double Observe(string instrument, string? tag)
    {
        _listener.RecordObservableInstruments();
        return _latest.Where(l => l.Key.Instrument == instrument && (tag is null || l.Key.Tag == tag)).Select(l => l.Value).DefaultIfEmpty().Max();
    }

    public void Dispose() => _listener.Dispose();

    void Take(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var tag = tags.IsEmpty ? "" : $"{tags[0].Value}";
        _sums.AddOrUpdate((instrument, tag), value, (_, sum) => sum + value);
        _latest[(instrument, tag)] = value;
    }
}
