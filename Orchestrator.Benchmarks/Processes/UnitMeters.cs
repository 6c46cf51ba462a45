using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>Sums of what lanes measure about their units of work, by group, from the product's own meter.</summary>
sealed class UnitMeters : IDisposable
{
    readonly Lock _lock = new();
    readonly MeterListener _listener = new();
    readonly ConcurrentDictionary<string, (long Units, double Seconds, long Messages)> _groups = new(StringComparer.Ordinal);

    SnapshotSlices _slices = new(0, 0, 0);

    public UnitMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == MessagingTelemetry.Name && instrument.Name is "orchestrator.unit.duration" or "orchestrator.unit.messages" or "orchestrator.snapshot.slice")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            if (instrument.Name == "orchestrator.snapshot.slice")
                AddSlice(seconds);
            else
                Add(tags, units: 1, seconds, messages: 0);
        });
        _listener.SetMeasurementEventCallback<int>((_, messages, tags, _) => Add(tags, units: 0, seconds: 0, messages));
        _listener.Start();
    }

    public Dictionary<string, UnitSums> Sums() => _groups.ToDictionary(g => g.Key, g => new UnitSums(g.Value.Units, g.Value.Seconds, g.Value.Messages), StringComparer.Ordinal);

    void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, long units, double seconds, long messages)
    {
        foreach (var tag in tags)
        {
            if (tag is { Key: "group", Value: string group })
                _groups.AddOrUpdate(group, _ => (units, seconds, messages), (_, sum) => (sum.Units + units, sum.Seconds + seconds, sum.Messages + messages));
        }
    }

    /// <summary>What stream lanes have written of snapshots.</summary>
    public SnapshotSlices Snapshots()
    {
        lock (_lock)
            return _slices;
    }

    void AddSlice(double seconds)
    {
        lock (_lock)
            _slices = new SnapshotSlices(_slices.Slices + 1, _slices.Seconds + seconds, Math.Max(_slices.LongestSeconds, seconds));
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>Units of work of a group, since the start.</summary>
/// <param name="Units">How many.</param>
/// <param name="Seconds">From taking a batch to its commit, together.</param>
/// <param name="Messages">In them together.</param>
sealed record UnitSums(long Units, double Seconds, long Messages)
{
    public static UnitSums None { get; } = new(0, 0, 0);
}

/// <summary>Slices of snapshots since the start: each is a pause of the lane's messages.</summary>
/// <param name="Slices">How many.</param>
/// <param name="Seconds">Together.</param>
/// <param name="LongestSeconds">The longest.</param>
sealed record SnapshotSlices(long Slices, double Seconds, double LongestSeconds);
