using Orchestrator.Activity.Figures;

namespace Orchestrator.Activity.Store;

/// <summary>
/// What one lane has handed over and is not stored yet: its last figures, and sessions that still go on. The lane's thread puts in, the one writer takes out.
/// </summary>
internal sealed class LaneSlot(int lane, TimeProvider time)
{
    /// <summary>The most sessions that wait for one lane.</summary>
    public const int MaxSessions = 20_000;

    // So long figures may be kept back that are behind what is stored.
    static readonly TimeSpan BehindAtMost = TimeSpan.FromSeconds(30);

    // A lane that has not asked for so long has stopped, and claims nothing any more.
    static readonly TimeSpan Silent = TimeSpan.FromSeconds(5);

    // Whoever has lost a lane to another claims it back when it is still handed figures after so long: then the other one came too late, and is gone.
    static readonly TimeSpan ClaimAgainAfter = TimeSpan.FromSeconds(10);

    readonly Lock _gate = new();
    readonly SessionBacklog _sessions = new();
    long _opening;
    long? _claimed;
    long _stored;
    long _claimedAt;
    long _askedAt;
    long _claimFrom;
    bool _asked;
    FigureCursor? _waiting;

    /// <summary>The partition.</summary>
    public int Lane { get; } = lane;

    /// <summary>The lane was opened.</summary>
    public void Open(long opening)
    {
        lock (_gate)
            Reset(opening);
    }

    /// <summary>As <see cref="IFigureSink.TryTake"/>; says as well whether the writer has something to do.</summary>
    public (bool Taken, bool Wake) TryTake(long opening, long position, Func<LaneDelta> make)
    {
        lock (_gate)
        {
            if (opening > _opening)
                Reset(opening);
            if (opening != _opening)
                return (false, false);
            (_asked, _askedAt) = (true, time.GetTimestamp());
            if (_claimed is null)
                return (false, MayClaim());
            if (_waiting is not null || _sessions.Count >= MaxSessions || (position < _stored && time.GetElapsedTime(_claimedAt) < BehindAtMost))
                return (false, false);
        }
        var delta = make();
        lock (_gate)
        {
            if (opening != _opening)
                return (true, false);
            Keep(delta);
            return (true, true);
        }
    }

    /// <summary>How many more sessions may wait.</summary>
    public int RoomForSessions()
    {
        lock (_gate)
            return Math.Max(0, MaxSessions - _sessions.Count);
    }

    /// <summary>The opening that is to be claimed now; null when none is.</summary>
    public long? ToClaim()
    {
        lock (_gate)
            return _claimed is null && MayClaim() && time.GetElapsedTime(_askedAt) < Silent ? _opening : null;
    }

    /// <summary>The opening was claimed.</summary>
    /// <param name="opening">The one of this process.</param>
    /// <param name="claimed">Its number in the database.</param>
    /// <param name="stored">The position of what is stored.</param>
    public void Claimed(long opening, long claimed, long stored)
    {
        lock (_gate)
        {
            if (opening == _opening)
                (_claimed, _stored, _claimedAt) = (claimed, stored, time.GetTimestamp());
        }
    }

    /// <summary>Somebody else has claimed the lane since. What waits is kept: it is still true, and this process may be the lane's after all.</summary>
    public void Fenced(long claimed)
    {
        lock (_gate)
        {
            if (_claimed != claimed)
                return;
            _claimed = null;
            _asked = false;
            _claimFrom = time.GetTimestamp() + (long)(ClaimAgainAfter.TotalSeconds * time.TimestampFrequency);
        }
    }

    /// <summary>The figures that wait to be stored; null when none do.</summary>
    public FigureCursor? Figures()
    {
        lock (_gate)
        {
            if (_waiting is not { } waiting || _claimed is not { } claimed)
                return null;
            // Kept from before the lane was lost and claimed back, and the other one has come further.
            if (waiting.Delta.Position < _stored && time.GetElapsedTime(_claimedAt) < BehindAtMost)
                return null;
            return waiting.At(claimed);
        }
    }

    /// <summary>Figures are stored, or given up.</summary>
    public void Done(FigureCursor figures, bool stored)
    {
        lock (_gate)
        {
            if (_waiting != figures)
                return;
            _waiting = null;
            if (stored)
                _stored = figures.Delta.Position;
        }
    }

    /// <summary>Takes sessions that wait, at most <paramref name="limit"/>.</summary>
    public SessionsTaken? TakeSessions(int limit)
    {
        lock (_gate)
        {
            if (_claimed is not { } claimed || _sessions.Count == 0 || limit <= 0)
                return null;
            return new SessionsTaken(this, _opening, claimed, _sessions.Take(limit));
        }
    }

    /// <summary>Sessions could not be stored: they wait again, but for those of which something later has come.</summary>
    public void PutBack(SessionsTaken taken)
    {
        lock (_gate)
        {
            if (taken.Opening != _opening)
                return;
            HashSet<Guid> ended = _waiting is { Delta: var delta } ? [.. delta.Merged, .. delta.Sessions.Where(s => s.IsFinal).Select(s => s.SessionId)] : [];
            foreach (var row in taken.Rows)
            {
                if (!ended.Contains(row.SessionId))
                    _sessions.PutBack(row);
            }
        }
    }

    /// <summary>Whether sessions wait that may be stored.</summary>
    public bool HasSessions()
    {
        lock (_gate)
            return _claimed is not null && _sessions.Count > 0;
    }

    /// <summary>How long the oldest figures have waited; null when none do.</summary>
    public TimeSpan? Waiting()
    {
        lock (_gate)
            return _waiting is { } waiting ? time.GetElapsedTime(waiting.Since) : null;
    }

    /// <summary>How many sessions wait.</summary>
    public int Sessions()
    {
        lock (_gate)
            return _sessions.Count;
    }

    bool MayClaim() => _asked && time.GetTimestamp() >= _claimFrom;

    void Keep(LaneDelta delta)
    {
        foreach (var id in delta.Merged)
            _sessions.Remove(id);
        foreach (var session in delta.Sessions)
        {
            if (session.IsFinal)
                _sessions.Remove(session.SessionId);
            else
                _sessions.Put(session);
        }
        _waiting = new FigureCursor(this, delta, time.GetTimestamp());
    }

    void Reset(long opening)
    {
        (_opening, _claimed, _waiting, _asked, _claimFrom) = (opening, null, null, false, 0);
        _sessions.Clear();
    }
}

/// <summary>Sessions that were taken to be stored.</summary>
/// <param name="Slot">Where from.</param>
/// <param name="Opening">By which opening of this process they were handed over.</param>
/// <param name="Claimed">Its number in the database.</param>
/// <param name="Rows">The sessions.</param>
internal sealed record SessionsTaken(LaneSlot Slot, long Opening, long Claimed, IReadOnlyList<SessionRow> Rows);
