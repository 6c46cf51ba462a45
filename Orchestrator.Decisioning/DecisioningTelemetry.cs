using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning;

/// <summary>What decisioning counts: meter <c>Orchestrator.Decisioning</c>.</summary>
public sealed class DecisioningTelemetry : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Orchestrator.Decisioning";

    static readonly string[] Outcomes = ["approve", "review", "decline"];

    static readonly string[] Reasons =
    [
        DegradedReasons.FeaturesUnavailable, DegradedReasons.ModelUnavailable, DegradedReasons.ListsUnavailable, DegradedReasons.RuleFailed,
        DegradedReasons.DeadlinePassed, DegradedReasons.StoreUnavailable,
    ];

    static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(5);

    readonly Meter _meter;
    readonly Counter<long> _assessed;
    readonly Counter<long> _degraded;
    readonly Counter<long> _late;
    readonly Histogram<double> _duration;
    readonly CrossLaneKeys? _shared;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<LaneFigures, bool> _lanes = new();
    long _lookedAt;
    FeatureEngineReport? _latest;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="shared">The keys that the process's lanes share.</param>
    /// <param name="time">The clock.</param>
    public DecisioningTelemetry(IMeterFactory meters, CrossLaneKeys? shared, TimeProvider time)
    {
        (_shared, _time) = (shared, time);
        _meter = meters.Create(MeterName);
        _assessed = _meter.CreateCounter<long>("orchestrator.decisioning.assessed", "{transaction}", "Transactions assessed, by outcome.");
        _degraded = _meter.CreateCounter<long>("orchestrator.decisioning.degraded", "{transaction}", "Decisions made without all that should count, by what was missing");
        _late = _meter.CreateCounter<long>("orchestrator.decisioning.late", "{transaction}", "Transactions that came after newer ones: counted at their place, too late for that, or counted before");
        _duration = _meter.CreateHistogram<double>(
            "orchestrator.decisioning.duration", "s", "Features, rules and models of one transaction",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5] });
        // A counter that appears with its first count hides that one from whoever looks at its growth.
        foreach (var outcome in Outcomes)
            _assessed.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        foreach (var reason in Reasons)
            _degraded.Add(0, new KeyValuePair<string, object?>("reason", reason));
        _meter.CreateObservableGauge("orchestrator.features.keys", () => ByKind(k => k.Keys), "{key}", "Keys that features remember, as of some minutes ago");
        _meter.CreateObservableGauge("orchestrator.features.bytes", () => ByKind(k => k.Bytes), "By", "What they take in memory, about");
        _meter.CreateObservableGauge("orchestrator.features.watermark", Watermarks, "s", "Up to when a lane's windows are complete, seconds since 1970");
    }

    /// <summary>The figures of a lane that is opened, until they are disposed.</summary>
    public LaneFigures Lane(int partition)
    {
        var figures = new LaneFigures(this, partition, _time);
        _lanes[figures] = true;
        return figures;
    }

    internal void Forget(LaneFigures lane) => _lanes.TryRemove(lane, out _);

    internal void Decided(TimeSpan duration, FraudAssessed assessed, in Observation observation)
    {
        _duration.Record(duration.TotalSeconds);
        _assessed.Add(1, new KeyValuePair<string, object?>("outcome", Outcomes[(int)assessed.Outcome]));
        foreach (var reason in assessed.Degraded ?? [])
            _degraded.Add(1, new KeyValuePair<string, object?>("reason", reason));
        if (observation is { IsLate: true } or { IsTooLate: true } or { IsDuplicate: true })
            _late.Add(1, new KeyValuePair<string, object?>("how", observation.IsTooLate ? "too_late" : observation.IsDuplicate ? "repeated" : "counted"));
    }

    // On the thread of the lane that comes first: all lanes wait meanwhile.
    internal void LookAtSharedKeys()
    {
        var before = Volatile.Read(ref _lookedAt);
        if (_shared is null || (before != 0 && _time.GetElapsedTime(before) < LookEvery)
            || Interlocked.CompareExchange(ref _lookedAt, _time.GetTimestamp(), before) != before)
        {
            return;
        }
        Volatile.Write(ref _latest, _shared.Report());
    }

    IEnumerable<Measurement<long>> ByKind(Func<KeyKindReport, long> value) =>
        _lanes.Keys.Select(l => l.Latest).Append(Volatile.Read(ref _latest)).OfType<FeatureEngineReport>()
            .SelectMany(r => r.Kinds).GroupBy(k => k.Kind)
            .Select(g => new Measurement<long>(g.Sum(value), new KeyValuePair<string, object?>("kind", g.Key.Name())));

    IEnumerable<Measurement<double>> Watermarks() =>
        from lane in _lanes.Keys
        let watermark = lane.Watermark
        where watermark is not null
        select new Measurement<double>(watermark.Value.ToUnixTimeMilliseconds() / 1e3, new KeyValuePair<string, object?>("partition", lane.Partition));

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
