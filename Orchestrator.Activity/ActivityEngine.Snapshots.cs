using System.Buffers;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Sessions;
using Orchestrator.Activity.Visitors;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity;

/// <summary>What goes out of the engine: what is to be stored, and snapshots.</summary>
sealed partial class ActivityEngine
{
    const byte Version = 1;
    const uint Magic = 0x3141_4f4f; // "OOA1"
    const byte VisitorMark = 1;
    const byte EndMark = 0;

    readonly ArrayBufferWriter<byte> _head = new();
    bool _isSnapshotUnderWay;

    /// <summary>Whether anything has changed since the last hand-over.</summary>
    public bool HasChanged => _sessionChanges.Count > 0 || _merged.Count > 0 || _figures.Changed > 0;

    /// <summary>
    /// Hands over what has changed. That it is asked for says that what was handed over before is stored. Sessions are divided when there are very many; figures are not.
    /// </summary>
    /// <param name="lane">The partition.</param>
    /// <param name="now">The instant.</param>
    /// <param name="roomForOpen">How many sessions may be in it that are not final.</param>
    public LaneDelta Take(int lane, DateTimeOffset now, int roomForOpen = int.MaxValue)
    {
        _figures.Confirm();
        _sessionChanges.Confirm();
        _orphans.RemoveAll(IsDone);
        _mergedHandedOver.Clear();
        var merged = Math.Min(_merged.Count, _bounds.MaxSessionsADelta);
        _mergedHandedOver.AddRange(_merged[..merged]);
        _merged.RemoveRange(0, merged);
        return _figures.Take(new LaneDelta(
            lane, Position, now, _figures.Live(WatermarkMs, now, Counters, Visitors), [], [], [], [], [], [],
            _sessionChanges.Take(s => s.Row(), _bounds.MaxSessionsADelta, s => s.IsFinal || roomForOpen-- > 0), [.. _mergedHandedOver]));
    }

    /// <summary>What is shown of the last half hour.</summary>
    public LiveLane Live(DateTimeOffset now) => _figures.Live(WatermarkMs, now, Counters, Visitors);

    /// <summary>A snapshot of what is there now begins. All but the visitors is written at once; it is little.</summary>
    public void BeginSnapshot()
    {
        _head.ResetWrittenCount();
        var writer = new StateWriter(_head);
        writer.Fixed(Magic);
        writer.Byte(Version);
        writer.Number(Position);
        writer.Number(WatermarkMs);
        writer.Number(_made);
        foreach (var counter in (ReadOnlySpan<long>)[_counted, _duplicates, _late, _flooding, _forgotten])
            writer.Number(counter);
        writer.Number(_plan.All.Length);
        foreach (var funnel in _plan.All)
        {
            writer.Text(funnel.Name);
            writer.Text(funnel.Definition);
            writer.Number(funnel.Steps.Length);
        }
        _figures.Write(writer);
        writer.Number(_mergedHandedOver.Count + _merged.Count);
        foreach (var id in _mergedHandedOver.Concat(_merged))
            writer.Id(id);
        _orphans.RemoveAll(IsDone);
        writer.Number(_orphans.Count);
        foreach (var orphan in _orphans)
        {
            writer.Bytes(orphan.Visitor.Id);
            orphan.Write(writer);
        }
        writer.Number(_visitors.Count);
        _visitors.BeginSnapshot();
        _isSnapshotUnderWay = true;
    }

    /// <summary>Writes the next slice, of the state as it was when the snapshot began.</summary>
    /// <returns>Whether there is more.</returns>
    public bool Snapshot(IBufferWriter<byte> bytes)
    {
        if (!_isSnapshotUnderWay)
            throw new InvalidOperationException("No snapshot is under way: one is begun first");
        if (_head.WrittenCount > 0)
        {
            bytes.Write(_head.WrittenSpan);
            _head.ResetWrittenCount();
            return true;
        }
        if (_visitors.Snapshot(bytes))
            return true;
        new StateWriter(bytes).Byte(EndMark);
        _isSnapshotUnderWay = false;
        return false;
    }

    /// <summary>The snapshot that was begun comes to nothing.</summary>
    public void GiveUpSnapshot()
    {
        _isSnapshotUnderWay = false;
        _head.ResetWrittenCount();
        _visitors.GiveUpSnapshot();
    }

    /// <summary>Reads what the slices of a snapshot hold together, before the first event. All of it counts as changed: nobody knows what of it is stored.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="SnapshotOfOtherVersionException">Another version wrote it.</exception>
    public void Restore(Stream snapshot)
    {
        if (WatermarkMs >= 0)
            throw new InvalidOperationException("A snapshot is read before the first event");
        try
        {
            Read(new StateReader(snapshot));
        }
        catch (Exception e) when (e is OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The snapshot is damaged", e);
        }
    }

    void Read(StateReader reader)
    {
        if (reader.Fixed() != Magic)
            throw new InvalidDataException("Not a snapshot of visitors");
        if (reader.Byte() is var version && version != Version)
            throw new SnapshotOfOtherVersionException($"A snapshot of visitors of version {version}; this process reads {Version}");
        Position = reader.Number();
        WatermarkMs = reader.Number();
        _made = reader.Number();
        (_counted, _duplicates, _late, _flooding, _forgotten) = (reader.Number(), reader.Number(), reader.Number(), reader.Number(), reader.Number());
        if (WatermarkMs >= 0)
            _figures.Active.GoOn(WatermarkMs);
        var funnels = ReadFunnels(reader);
        _figures.Read(reader, [.. funnels.Select(f => (f.Steps, f.Now))]);
        for (var left = reader.Count(2 * MaxMerged); left > 0; left--)
            _merged.Add(reader.Id());
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var visitor = new Visitor(ReadId(reader), 0) { IsForgotten = true };
            var orphan = Session.Read(visitor, reader, _bounds.MaxSessionEvents);
            _orphans.Add(orphan);
            _sessionChanges.Mark(orphan);
        }
        var visitors = reader.Count(int.MaxValue);
        while (reader.Byte() == VisitorMark)
        {
            ReadVisitor(reader, funnels);
            visitors--;
        }
        if (visitors != 0)
            throw new InvalidDataException("The snapshot is damaged: other visitors than it says");
        while (_visitors.Count > _bounds.MaxVisitors)
            ForgetOne();
    }

    // A funnel that is defined otherwise now is counted anew.
    List<(int Steps, int Now)> ReadFunnels(StateReader reader)
    {
        var funnels = new List<(int, int)>();
        for (var left = reader.Count(FunnelPlan.MaxFunnels); left > 0; left--)
        {
            var (name, definition) = (reader.Text(), reader.Text());
            var now = Array.FindIndex(
                _plan.All, f => string.Equals(f.Name, name, StringComparison.Ordinal) && string.Equals(f.Definition, definition, StringComparison.Ordinal));
            funnels.Add((reader.Count(FunnelPlan.MaxSteps), now));
        }
        return funnels;
    }

    static byte[] ReadId(StateReader reader)
    {
        var id = reader.Bytes(64);
        return id.Length > 0 ? id : throw new InvalidDataException("The snapshot is damaged: a visitor without a name");
    }

    static void WriteVisitor(IBufferWriter<byte> bytes, Visitor visitor)
    {
        var writer = new StateWriter(bytes);
        writer.Byte(VisitorMark);
        writer.Bytes(visitor.Id);
        writer.Number(visitor.FirstMs);
        writer.Number(visitor.LastMs - visitor.FirstMs);
        writer.Fixed(visitor.Days);
        writer.Byte(visitor.RecentDays);
        writer.Byte(visitor.RecentCustomerDays);
        writer.Byte(visitor.DevicesSeen);
        foreach (var device in visitor.Devices)
            writer.Number(device);
        var sessions = 0;
        for (var session = visitor.Sessions; session is not null; session = session.Next)
            sessions++;
        writer.Number(sessions);
        for (var session = visitor.Sessions; session is not null; session = session.Next)
            session.Write(writer);
        writer.Number(visitor.Funnels?.Length ?? 0);
        foreach (var track in visitor.Funnels ?? [])
        {
            writer.Flag(track is not null);
            track?.Write(writer);
        }
    }

    void ReadVisitor(StateReader reader, List<(int Steps, int Now)> funnels)
    {
        var id = ReadId(reader);
        var name = System.Text.Encoding.ASCII.GetString(id);
        var hash = NameHash.Of(name);
        if (_visitors.Find(name, hash) is not null)
            throw new InvalidDataException("The snapshot is damaged: a visitor twice");
        var visitor = new Visitor(id, hash) { FirstMs = reader.Number() };
        visitor.LastMs = visitor.FirstMs + reader.Number();
        (visitor.Days, visitor.RecentDays, visitor.RecentCustomerDays) = (reader.Fixed(), reader.Byte(), reader.Byte());
        var seen = reader.Byte();
        visitor.RestoreDevices(seen, [(uint)reader.Number(), (uint)reader.Number(), (uint)reader.Number(), (uint)reader.Number()]);
        for (var left = reader.Count(int.MaxValue); left > 0; left--)
        {
            var session = Session.Read(visitor, reader, _bounds.MaxSessionEvents);
            visitor.Add(session);
            _sessions++;
            _ids += session.IdCount;
            if (!session.IsFinal)
                _figures.Open(session.Standing());
            _sessionChanges.Mark(session);
        }
        ReadTracks(reader, funnels, visitor);
        _visitors.Add(visitor);
        _idle.Add(Time.Minute(visitor.LastMs), visitor);
        _figures.Active.Add(visitor.LastMs);
        // Looked at with the next event, and put where it belongs.
        if (visitor.Sessions is not null || visitor.Funnels is not null)
            Plan(visitor, Math.Max(0, Time.Minute(WatermarkMs)));
    }

    void ReadTracks(StateReader reader, List<(int Steps, int Now)> funnels, Visitor visitor)
    {
        var count = reader.Count(FunnelPlan.MaxFunnels);
        if (count != 0 && count != funnels.Count)
            throw new InvalidDataException("The snapshot is damaged: other funnels than it says");
        for (var i = 0; i < count; i++)
        {
            if (!reader.Flag())
                continue;
            var now = funnels[i].Now;
            var track = FunnelTrack.Read(funnels[i].Steps, now < 0 ? null : _plan.All[now], reader);
            if (track is not null)
                (visitor.Funnels ??= new FunnelTrack?[_plan.All.Length])[now] = track;
        }
    }
}
