using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Telemetry;

/// <summary>What lanes count and trace: meter and activity source <c>Orchestrator.Messaging</c>.</summary>
public sealed class MessagingTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Orchestrator.Messaging";

    internal static readonly ActivitySource Activities = new(Name);

    readonly Meter _meter;
    readonly Counter<long> _handled;
    readonly Counter<long> _duplicates;
    readonly Counter<long> _parked;
    readonly Counter<long> _published;
    readonly Counter<long> _pauses;
    readonly Counter<long> _halts;
    readonly Histogram<int> _batchSize;
    readonly Histogram<double> _unitDuration;
    readonly Counter<long> _foreign;
    readonly Histogram<double> _snapshotSlice;
    readonly Histogram<double> _snapshotDuration;
    readonly Lock _lock = new();
    Func<IEnumerable<GroupStatus>>[] _observed = [];

    /// <summary>Creates the instruments.</summary>
    public MessagingTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _handled = _meter.CreateCounter<long>("orchestrator.messages.handled", "{message}", "Messages that took effect");
        _duplicates = _meter.CreateCounter<long>("orchestrator.messages.duplicates", "{message}", "Messages dropped because their id took effect before");
        _parked = _meter.CreateCounter<long>("orchestrator.messages.parked", "{message}", "Messages parked, by status");
        _published = _meter.CreateCounter<long>("orchestrator.messages.published", "{message}", "Messages handed to the broker after their commit");
        _pauses = _meter.CreateCounter<long>("orchestrator.lanes.pauses", "{pause}", "Pauses after a transient failure");
        _halts = _meter.CreateCounter<long>("orchestrator.lanes.halts", "{halt}", "Lanes that a violated invariant has stopped, by its name");
        _batchSize = _meter.CreateHistogram<int>("orchestrator.unit.messages", "{message}", "Messages in a unit of work");
        _unitDuration = _meter.CreateHistogram<double>("orchestrator.unit.duration", "s", "From taking a batch to its commit");
        _foreign = _meter.CreateCounter<long>("orchestrator.streams.foreign", "{message}", "Messages that others have written among the answers of a stream lane: a former owner's last ones, or a stranger's");
        _snapshotSlice = _meter.CreateHistogram<double>("orchestrator.snapshot.slice", "s", "How long a stream lane writes on a snapshot before messages go on");
        _snapshotDuration = _meter.CreateHistogram<double>("orchestrator.snapshot.duration", "s", "From the state that a snapshot holds to its being stored");
    }

    /// <summary>A message's span, child of its publisher's.</summary>
    internal static Activity? Start(string topic, string? traceParent, LaneId lane, Guid messageId) =>
        Activities.StartActivity($"{topic} process", ActivityKind.Consumer, traceParent)
            ?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", topic)
            .SetTag("messaging.kafka.consumer.group", lane.Group).SetTag("messaging.message.id", messageId);

    internal void Unit(LaneId lane, int handled, int duplicates, int published, TimeSpan duration)
    {
        var group = new KeyValuePair<string, object?>("group", lane.Group);
        _handled.Add(handled, group);
        if (duplicates > 0)
            _duplicates.Add(duplicates, group);
        _published.Add(published, group);
        _batchSize.Record(handled, group);
        _unitDuration.Record(duration.TotalSeconds, group);
    }

    internal void SnapshotSlice(LaneId lane, TimeSpan duration) =>
        _snapshotSlice.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("group", lane.Group));

    internal void Snapshot(LaneId lane, TimeSpan duration) =>
        _snapshotDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("group", lane.Group));

    internal void Foreign(LaneId lane, long count)
    {
        if (count > 0)
            _foreign.Add(count, new KeyValuePair<string, object?>("group", lane.Group));
    }

    internal void Parked(LaneId lane, string status, int count = 1) =>
        _parked.Add(count, new("group", lane.Group), new("status", status));

    internal void Paused(LaneId lane) => _pauses.Add(1, new KeyValuePair<string, object?>("group", lane.Group));

    internal void Halted(LaneId lane, string invariant) => _halts.Add(1, new("group", lane.Group), new("invariant", invariant));

    /// <summary>Shows what a host's lanes hold, read when metrics are collected. Several hosts may be in a process.</summary>
    public void Observe(Func<IEnumerable<GroupStatus>> groups)
    {
        lock (_lock)
        {
            _observed = [.. _observed, groups];
            if (_observed.Length > 1)
                return;
        }
        Gauge("orchestrator.consumer.lag", "Messages written and not yet taken, owned lanes", g => g.Lag);
        Gauge("orchestrator.lanes.owned", "Lanes that this process runs", g => g.LanesOwned);
        Gauge("orchestrator.lanes.halted", "Lanes that wait for an operator", g => g.LanesHalted);
        Gauge("orchestrator.lanes.buffered", "Messages read and not yet taken", g => g.Buffered);
        Gauge("orchestrator.outbox.unacknowledged", "Messages published and not yet acknowledged", g => g.Unacknowledged);

        void Gauge(string name, string description, Func<GroupStatus, long> value) => _meter.CreateObservableGauge(
            name, () => Volatile.Read(ref _observed).SelectMany(groups => groups()).Select(g => new Measurement<long>(value(g), new KeyValuePair<string, object?>("group", g.Group))), "{item}", description);
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
