using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity;

/// <summary>What the tracking of visitors counts: meter <c>Orchestrator.Activity</c>.</summary>
sealed class ActivityTelemetry : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Orchestrator.Activity";

    readonly Meter _meter;
    readonly Counter<long> _events;
    readonly Counter<long> _forgotten;
    readonly Counter<long> _unstored;
    readonly ConcurrentDictionary<LaneTelemetry, bool> _lanes = new();

    /// <summary>Creates the instruments.</summary>
    public ActivityTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _events = _meter.CreateCounter<long>("orchestrator.activity.events", "{event}", "Events taken, by what became of them: counted, duplicate, late, flooding");
        _forgotten = _meter.CreateCounter<long>("orchestrator.activity.forgotten", "{visitor}", "Visitors who had to make room");
        _unstored = _meter.CreateCounter<long>("orchestrator.activity.unstored", "{session}", "Sessions of forgotten visitors that could not wait until they were stored");
        _meter.CreateObservableGauge("orchestrator.activity.visitors", () => OfLanes(l => l.Visitors), "{visitor}", "Visitors that are remembered");
        _meter.CreateObservableGauge("orchestrator.activity.sessions", () => OfLanes(l => l.Sessions), "{session}", "Sessions in memory");
        _meter.CreateObservableGauge("orchestrator.activity.watermark_lag", Lags, "s", "How far the latest event's time is behind the clock");
    }

    /// <summary>What is counted of a lane that is opened, until it is disposed.</summary>
    public LaneTelemetry Lane(int partition)
    {
        var lane = new LaneTelemetry(this, partition);
        _lanes[lane] = true;
        return lane;
    }

    internal void Forget(LaneTelemetry lane) => _lanes.TryRemove(lane, out _);

    internal void Count(in LaneCounters before, in LaneCounters now, long unstored)
    {
        Count("counted", now.Counted - before.Counted);
        Count("duplicate", now.Duplicates - before.Duplicates);
        Count("late", now.Late - before.Late);
        Count("flooding", now.Flooding - before.Flooding);
        _forgotten.Add(now.Forgotten - before.Forgotten);
        _unstored.Add(unstored);
    }

    void Count(string how, long events)
    {
        if (events > 0)
            _events.Add(events, new KeyValuePair<string, object?>("how", how));
    }

    IEnumerable<Measurement<long>> OfLanes(Func<LaneTelemetry, long> value) =>
        _lanes.Keys.Select(l => new Measurement<long>(value(l), new KeyValuePair<string, object?>("partition", l.Lane)));

    IEnumerable<Measurement<double>> Lags() =>
        from lane in _lanes.Keys
        let lag = lane.LagMs
        where lag is not null
        select new Measurement<double>(lag.Value / 1e3, new KeyValuePair<string, object?>("partition", lane.Lane));

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}

/// <summary>What is counted of one opening of a lane. Its calls but what it shows are of the lane's thread.</summary>
sealed class LaneTelemetry(ActivityTelemetry telemetry, int lane) : IDisposable
{
    const long Unknown = long.MinValue;

    LaneCounters _counted;
    long _unstored;
    long _visitors;
    long _sessions;
    long _lagMs = Unknown;

    /// <summary>The partition.</summary>
    public int Lane { get; } = lane;

    /// <summary>How many visitors are remembered.</summary>
    public long Visitors => Volatile.Read(ref _visitors);

    /// <summary>How many sessions are in memory.</summary>
    public long Sessions => Volatile.Read(ref _sessions);

    /// <summary>How far the latest event's time is behind the clock; null before the first.</summary>
    public long? LagMs => Volatile.Read(ref _lagMs) is not Unknown and var lag ? lag : null;

    /// <summary>What was counted before this opening is not counted again.</summary>
    public void Begin(ActivityEngine engine) => _counted = engine.Counters;

    /// <summary>Looks at what has been counted.</summary>
    public void Follow(ActivityEngine engine, DateTimeOffset now)
    {
        if (engine.WatermarkMs >= 0)
            Volatile.Write(ref _lagMs, now.ToUnixTimeMilliseconds() - engine.WatermarkMs);
        var counters = engine.Counters;
        if (counters == _counted && engine.Unstored == _unstored)
            return;
        telemetry.Count(_counted, counters, engine.Unstored - _unstored);
        (_counted, _unstored) = (counters, engine.Unstored);
        Volatile.Write(ref _visitors, engine.Visitors);
        Volatile.Write(ref _sessions, engine.Sessions);
    }

    /// <inheritdoc />
    public void Dispose() => telemetry.Forget(this);
}
