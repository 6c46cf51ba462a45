using System.Text;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Sessions;
using Orchestrator.Activity.Visitors;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity;

/// <summary>
/// Follows the visitors of one lane: takes events in whatever order they come, late and twice, and has the figures of those that count. It knows no clock but the events', no
/// database and no other thread. What it is bounded by is in <see cref="EngineBounds"/>; what a bound costs is counted.
/// </summary>
sealed partial class ActivityEngine
{
    const long HourMs = Time.HourMs;
    const int SettledAnEvent = 4;
    const int MaxMerged = 1_000_000;

    readonly EngineBounds _bounds;
    readonly FunnelPlan _plan;
    readonly FigureBook _figures;
    readonly VisitorTable _visitors = new(WriteVisitor);
    readonly MinuteWheel _due = new();
    readonly MinuteWheel _idle = new();
    readonly Changes<Session> _sessionChanges = new();
    readonly List<Session> _orphans = [];
    readonly List<Guid> _merged = [];
    readonly List<Guid> _mergedHandedOver = [];
    long _made;
    long _counted;
    long _duplicates;
    long _late;
    long _flooding;
    long _forgotten;
    long _ids;
    int _sessions;

    /// <summary>One that has seen nothing yet.</summary>
    public ActivityEngine(EngineBounds bounds, FunnelPlan plan) => (_bounds, _plan, _figures) = (bounds, plan, new FigureBook(bounds, plan));

    /// <summary>The latest event's time; negative before the first.</summary>
    public long WatermarkMs { get; private set; } = -1;

    /// <summary>The offset behind the last message; carried along for whoever hands over.</summary>
    public long Position { get; set; }

    /// <summary>What was taken since the lane's first message.</summary>
    public LaneCounters Counters => new(_counted, _duplicates, _late, _flooding, _forgotten);

    /// <summary>How many visitors are remembered.</summary>
    public int Visitors => _visitors.Count;

    /// <summary>How many sessions are in memory.</summary>
    public int Sessions => _sessions;

    /// <summary>How many figures are in memory.</summary>
    public int Figures => _figures.Kept;

    /// <summary>How many sessions of forgotten visitors could not wait until they are stored.</summary>
    public long Unstored { get; private set; }

    /// <summary>Takes an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="observation">What is to be said of it, when its customer is not null.</param>
    public Taken Count(in ActivityEvent happened, out Observation observation)
    {
        observation = default;
        if (happened.TimeMs < WatermarkMs - _bounds.LatenessMs)
        {
            _late++;
            return Taken.Late;
        }
        GoOn(happened.TimeMs);
        Settle(SettledAnEvent);
        MakeRoom();
        var hash = NameHash.Of(happened.VisitorId);
        var at = new Moment(happened.TimeMs, NameHash.Of(happened.EventId));
        var visitor = _visitors.Find(happened.VisitorId, hash);
        if (!TryFindPlace(visitor, at, out var one, out var other))
        {
            _duplicates++;
            return Taken.Duplicate;
        }
        if (one is not null && one.Events + (other?.Events ?? 0) >= _bounds.MaxSessionEvents)
        {
            _flooding++;
            return Taken.Flooding;
        }
        _counted++;
        var isNew = visitor is null;
        visitor = visitor is null ? Remember(happened.VisitorId, hash, at.Ms) : Changing(visitor);
        var customerBefore = one?.CustomerId;
        var session = one is null ? Begin(visitor, happened, at) : other is null ? Join(one, happened, at) : Merge(visitor, one, other, happened, at);
        _figures.Count(happened, session.Referrer);
        _figures.CountDay(visitor, at.Ms, happened.CustomerId is not null, isNew);
        Follow(visitor, happened, at);
        if (!visitor.SeeDevice(happened.DeviceHash))
            session.IsOnNewDevice = true;
        _sessionChanges.Mark(session);
        if (session.CustomerId is not null)
            observation = Observe(visitor, session, happened, customerBefore);
        return Taken.Counted;
    }

    /// <summary>Forgets a visitor for good, and says of sessions that are or may be stored that they are none any more. Counts stay.</summary>
    public void Erase(string visitorId)
    {
        var id = Encoding.ASCII.GetBytes(visitorId);
        foreach (var waiting in _orphans.Where(s => !s.IsGone && s.Visitor.Id.AsSpan().SequenceEqual(id)))
            Drop(waiting);
        if (_visitors.Find(visitorId, NameHash.Of(visitorId)) is not { } visitor)
            return;
        _visitors.Changing(visitor);
        for (var session = visitor.Sessions; session is not null; session = session.Next)
        {
            End(session);
            Drop(session);
            _sessions--;
        }
        Remove(visitor);
    }

    /// <summary>Looks at visitors of whom something is due: sessions that have become final, and what need not be remembered any more.</summary>
    /// <param name="most">At most so many.</param>
    /// <returns>Whether all were looked at.</returns>
    public bool Settle(int most)
    {
        var minute = Time.Minute(WatermarkMs);
        for (; most > 0; most--)
        {
            if (!_due.TryTake(minute + 1, out var visitor, out var due))
                return true;
            if (visitor.IsForgotten || visitor.DueMinute != due)
                continue;
            visitor.DueMinute = -1;
            Settle(visitor, minute);
        }
        return false;
    }

    // Sorted, no two sessions are so near that one event reaches three.
    bool TryFindPlace(Visitor? visitor, in Moment at, out Session? one, out Session? other)
    {
        (one, other) = (null, null);
        for (var session = visitor?.Sessions; session is not null; session = session.Next)
        {
            if (session.IsFinal)
                continue;
            if (session.Has(at.Id))
                return false;
            if (!session.Reaches(at.Ms, _bounds.GapMs))
                continue;
            if (one is null)
                one = session;
            else
                other = session;
        }
        return true;
    }

    Session Begin(Visitor visitor, in ActivityEvent happened, in Moment at)
    {
        var session = new Session(visitor, Id(visitor, happened.EventId), _made++);
        session.Add(happened, at);
        visitor.Add(session);
        _figures.Add(session.Standing());
        _ids++;
        _sessions++;
        Plan(visitor, FinalMinute(session));
        return session;
    }

    Session Join(Session session, in ActivityEvent happened, in Moment at)
    {
        var before = session.Standing();
        if (session.WouldBeginWith(at))
            ComeFrom(session, happened.Referrer ?? Session.Direct);
        session.Add(happened, at);
        _ids++;
        _figures.Change(before, session.Standing());
        return session;
    }

    // The event is between the two. The one that was made first goes on under its name; the figures that the earlier one began in are left alone, for they may be gone from memory.
    Session Merge(Visitor visitor, Session one, Session other, in ActivityEvent happened, in Moment at)
    {
        var (kept, gone) = one.Made < other.Made ? (one, other) : (other, one);
        var (earlier, later) = one.BeginsBefore(other) ? (one, other) : (other, one);
        var before = earlier.Standing();
        _figures.Remove(later.Standing());
        ComeFrom(later, earlier.Referrer);
        kept.Absorb(gone);
        kept.Add(happened, at);
        _ids++;
        visitor.Remove(gone);
        _sessions--;
        Drop(gone);
        _figures.Change(before, kept.Standing());
        return kept;
    }

    void ComeFrom(Session session, string referrer)
    {
        if (!string.Equals(session.Referrer, referrer, StringComparison.Ordinal))
            _figures.Move(session.Hours, session.Referrer, referrer);
    }

    void Follow(Visitor visitor, in ActivityEvent happened, in Moment at)
    {
        if (_plan.All.Length == 0)
            return;
        Span<ushort> steps = stackalloc ushort[FunnelPlan.MaxFunnels];
        if (!_plan.Match(happened, steps))
            return;
        var tracks = visitor.Funnels ??= new FunnelTrack?[_plan.All.Length];
        for (var i = 0; i < tracks.Length; i++)
        {
            // Who was never at the first step is nowhere in the funnel; but it may come late.
            if (steps[i] != 0)
                (tracks[i] ??= new FunnelTrack(_plan.All[i])).Add(at, steps[i], WatermarkMs - _bounds.LatenessMs, _figures, i);
        }
        Plan(visitor, EndMinute(visitor));
    }

    Observation Observe(Visitor visitor, Session session, in ActivityEvent happened, string? customerBefore)
    {
        var isFirst = session.ObservedMs == long.MinValue;
        var isDue = isFirst || happened.IsLogin || !string.Equals(customerBefore, session.CustomerId, StringComparison.Ordinal)
            || happened.TimeMs - session.ObservedMs >= _bounds.ObserveEveryMs;
        if (!isDue)
            return default;
        session.Observe(happened.TimeMs);
        var inHour = 0;
        for (var other = visitor.Sessions; other is not null; other = other.Next)
            inHour += other.EndMs > happened.TimeMs - HourMs && other.StartMs <= happened.TimeMs ? 1 : 0;
        return new Observation(
            session.CustomerId, happened.TimeMs, session.StartMs, isFirst, session.Views, session.Events, inHour, session.IsOnNewDevice,
            session.LoginMs == long.MinValue ? null : session.LoginMs);
    }

    void GoOn(long ms)
    {
        if (ms <= WatermarkMs)
            return;
        var before = Time.Minute(WatermarkMs);
        WatermarkMs = ms;
        _figures.Active.GoOn(ms);
        if (Time.Minute(ms) != before)
            _figures.Forget(ms);
    }

    Visitor Changing(Visitor visitor)
    {
        _visitors.Changing(visitor);
        return visitor;
    }

    Visitor Remember(string id, ulong hash, long ms)
    {
        while (_visitors.Count >= _bounds.MaxVisitors)
            ForgetOne();
        var visitor = new Visitor(Encoding.ASCII.GetBytes(id), hash);
        _visitors.Add(visitor);
        _idle.Add(Time.Minute(ms), visitor);
        return visitor;
    }

    // One event brings one id and one session at most; so does one visitor less make room.
    void MakeRoom()
    {
        if (_ids > _bounds.MaxIds || _sessions > _bounds.MaxSessions)
            ForgetOne();
    }

    // Who was there since is put where he belongs, once for all that he did meanwhile.
    void ForgetOne()
    {
        while (_idle.TryTake(long.MaxValue, out var visitor, out var minute))
        {
            if (visitor.IsForgotten)
                continue;
            if (Time.Minute(visitor.LastMs) is var last && last > minute)
            {
                _idle.Add(last, visitor);
                continue;
            }
            Forget(visitor);
            return;
        }
    }

    void Forget(Visitor visitor)
    {
        _visitors.Changing(visitor);
        for (var session = visitor.Sessions; session is not null; session = session.Next)
        {
            _sessions--;
            if (End(session))
                _sessionChanges.Mark(session);
            if (!session.IsStored)
                _orphans.Add(session);
        }
        _forgotten++;
        Remove(visitor);
        while (_sessionChanges.Count - _sessions > _bounds.MaxOrphans && _sessionChanges.TryDrop(s => s.Visitor.IsForgotten))
            Unstored++;
        // What was dropped is not kept for a snapshot, either.
        if (_orphans.Count > 2 * (_bounds.MaxOrphans + _bounds.MaxSessions))
            _orphans.RemoveAll(IsDone);
    }

    static bool IsDone(Session session) => session.IsGone || session.IsStored;

    void Remove(Visitor visitor)
    {
        _figures.Active.Remove(visitor.LastMs);
        _visitors.Remove(visitor);
        visitor.IsForgotten = true;
        (visitor.Sessions, visitor.Funnels) = (null, null);
    }

    bool End(Session session)
    {
        if (session.IsFinal)
            return false;
        _figures.Close(session.Standing());
        _ids -= session.IdCount;
        session.End();
        return true;
    }

    void Drop(Session session)
    {
        session.IsGone = true;
        if (_merged.Count < MaxMerged)
            _merged.Add(session.SessionId);
    }

    // Final ones are remembered for an hour, to be counted.
    void Settle(Visitor visitor, long minute)
    {
        _visitors.Changing(visitor);
        var next = long.MaxValue;
        for (Session? session = visitor.Sessions, following; session is not null; session = following)
        {
            following = session.Next;
            if (!session.IsFinal && minute >= FinalMinute(session))
            {
                End(session);
                _sessionChanges.Mark(session);
            }
            var due = session.IsFinal ? Time.Minute(session.EndMs + HourMs) + 1 : FinalMinute(session);
            if (session is { IsFinal: true, IsStored: true } && minute >= due)
            {
                visitor.Remove(session);
                _sessions--;
                continue;
            }
            next = Math.Min(next, Math.Max(due, minute + 1));
        }
        if (visitor.Funnels is not null && EndMinute(visitor) is var end)
        {
            if (minute >= end)
                visitor.Funnels = null;
            else
                next = Math.Min(next, end);
        }
        if (next != long.MaxValue)
            Plan(visitor, next);
    }

    void Plan(Visitor visitor, long minute)
    {
        if (visitor.DueMinute >= 0 && visitor.DueMinute <= minute)
            return;
        visitor.DueMinute = (int)minute;
        _due.Add(minute, visitor);
    }

    long FinalMinute(Session session) => Time.Minute(session.EndMs + _bounds.GapMs + _bounds.LatenessMs) + 1;

    long EndMinute(Visitor visitor)
    {
        var endMs = 0L;
        foreach (var track in visitor.Funnels!)
            endMs = Math.Max(endMs, track?.EndMs ?? 0);
        return Time.Minute(endMs + _bounds.LatenessMs) + 1;
    }

    // Follows from the event that made it, so that it is the same when the lane takes its messages again.
    static Guid Id(Visitor visitor, Guid eventId)
    {
        Span<byte> name = stackalloc byte[16 + 64];
        _ = eventId.TryWriteBytes(name, bigEndian: true, out _);
        visitor.Id.CopyTo(name[16..]);
        return HashedId.Of(name[..(16 + visitor.Id.Length)]);
    }
}
