using System.Diagnostics;
using System.Diagnostics.Metrics;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Messaging.Telemetry;

/// <summary>What lanes count and trace: meter and activity source <c>Orchestrator.Messaging</c>.</summary>
public sealed class MessagingTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Orchestrator.Messaging";

    readonly Meter _meter;
    readonly Counter<long> _handled;
    readonly Counter<long> _duplicates;
    readonly Counter<long> _parked;
    readonly Counter<long> _published;
    readonly Counter<long> _pauses;
    readonly Counter<long> _halts;
    readonly Counter<long> _moves;
    readonly Counter<long> _memberships;
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
        _moves = _meter.CreateCounter<long>("orchestrator.lanes.moves", "{lane}", "Lanes that this process claimed, released in good order, lost, or left to another version");
        _memberships = _meter.CreateCounter<long>("orchestrator.memberships.lost", "{membership}", "Times that this process lost its place in a group and joined anew");
        _batchSize = _meter.CreateHistogram<int>(
            "orchestrator.unit.messages", "{message}", "Messages in a unit of work",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000] });
        _unitDuration = Seconds("orchestrator.unit.duration", "From taking a batch to its commit");
        _foreign = _meter.CreateCounter<long>("orchestrator.streams.foreign", "{message}", "Messages that others have written among the answers of a stream lane: a former owner's last ones, or a stranger's");
        _snapshotSlice = Seconds("orchestrator.snapshot.slice", "How long a stream lane writes on a snapshot before messages go on");
        _snapshotDuration = Seconds("orchestrator.snapshot.duration", "From the state that a snapshot holds to its being stored");
        Kafka = new KafkaTelemetry(meters);

        Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(
            name, "s", description,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30] });
    }

    /// <summary>What the Kafka clients count.</summary>
    public KafkaTelemetry Kafka { get; }

    /// <summary>Lets a group's counters begin at zero: one that appears with its first count hides that one from whoever looks at its growth.</summary>
    internal void Begin(string name)
    {
        var group = new KeyValuePair<string, object?>("group", name);
        foreach (var counter in new[] { _handled, _duplicates, _published, _pauses, _memberships })
            counter.Add(0, group);
        foreach (var status in new[] { ParkedStatus.Refused, ParkedStatus.Failed, ParkedStatus.Queued })
            _parked.Add(0, group, new("status", status));
        foreach (var move in LaneMove.All)
            _moves.Add(0, group, new("what", move));
        Kafka.BeginConsumer(name);
    }

    /// <summary>Counts lanes that came or went.</summary>
    internal void Moved(string group, string move, int lanes = 1) => _moves.Add(lanes, new("group", group), new("what", move));

    /// <summary>Counts a membership that was lost.</summary>
    internal void MembershipLost(string group) => _memberships.Add(1, new KeyValuePair<string, object?>("group", group));

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
        Seconds("orchestrator.consumer.lag_age", "How old the oldest message at most is that was written and not yet taken, owned lanes", g => g.LagSeconds);
        Seconds("orchestrator.consumer.time_to_drain", "How long the owned lanes need to take what is written, at the pace of the last seconds; thirty days where nothing moves", g => g.DrainSeconds);

        void Gauge(string name, string description, Func<GroupStatus, long> value) =>
            _meter.CreateObservableGauge(name, () => Groups(g => new Measurement<long>(value(g), Tag(g))), "{item}", description);

        void Seconds(string name, string description, Func<GroupStatus, double> value) =>
            _meter.CreateObservableGauge(name, () => Groups(g => new Measurement<double>(value(g), Tag(g))), "s", description);

        IEnumerable<T> Groups<T>(Func<GroupStatus, T> of) => Volatile.Read(ref _observed).SelectMany(groups => groups()).Select(of);

        static KeyValuePair<string, object?> Tag(GroupStatus group) => new("group", group.Group);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _meter.Dispose();
        Kafka.Dispose();
    }
}

/// <summary>How lanes come and go.</summary>
internal static class LaneMove
{
    /// <summary>Taken over from nobody, or from one that gave it up.</summary>
    public const string Claimed = "claimed";

    /// <summary>Given up in good order.</summary>
    public const string Released = "released";

    /// <summary>Ended by another's claim, or by a membership that was lost.</summary>
    public const string Lost = "lost";

    /// <summary>Given up because another version has written its snapshot.</summary>
    public const string Left = "left";

    public static string[] All { get; } = [Claimed, Released, Lost, Left];
}
