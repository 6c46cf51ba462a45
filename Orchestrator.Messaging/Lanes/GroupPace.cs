namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// How old what a group has not taken is, and how long it will take to take it: worked out once a second from where the lanes of this process are and where their
/// partitions end. Nothing is counted per message for it.
/// </summary>
internal sealed class GroupPace(TimeProvider time)
{
    /// <summary>The longest time to drain that is told; so long it also takes where nothing moves at all.</summary>
    public static readonly TimeSpan Never = TimeSpan.FromDays(30);

    // A second's weight in the pace: what was ten seconds ago counts for a tenth.
    const double Newest = 0.2;

    readonly long _began = time.GetTimestamp();
    readonly Dictionary<(int Partition, string Topic), Seen> _seen = [];
    TimeSpan _lookedAt;
    double _perSecond;
    double _ageSeconds;
    double _drainSeconds;

    /// <summary>How old the oldest message at most is that was not taken, in seconds.</summary>
    public double AgeSeconds => Volatile.Read(ref _ageSeconds);

    /// <summary>How long it takes to take what is there, at the pace of the last seconds.</summary>
    public double DrainSeconds => Volatile.Read(ref _drainSeconds);

    /// <summary>To be called once a second, by one thread.</summary>
    /// <param name="places">The partitions that are read, and where.</param>
    public void Look(IReadOnlyCollection<LanePlace> places)
    {
        var now = time.GetElapsedTime(_began);
        var wall = time.GetUtcNow();
        var (lag, taken) = (0L, 0L);
        var age = TimeSpan.Zero;
        foreach (var place in places)
        {
            var key = (place.Partition, place.Topic);
            if (!_seen.TryGetValue(key, out var seen))
                _seen[key] = seen = new Seen(place.Position);
            taken += Math.Max(0, place.Position - seen.Position);
            seen.Position = place.Position;
            lag += Math.Max(0, place.End - place.Position);
            // Older than what is remembered: at least so old as this has been looked at, and about so old as what was taken last.
            var own = seen.Trail.Look(now, place.End, place.Position) ?? Longer(now - seen.Since(now), place.TakenAt is { } at ? wall - at : TimeSpan.Zero);
            age = Longer(age, own);
        }
        Forget(places);
        Pace(taken, (now - _lookedAt).TotalSeconds);
        _lookedAt = now;
        Volatile.Write(ref _ageSeconds, age.TotalSeconds);
        Volatile.Write(ref _drainSeconds, Drain(lag));
    }

    void Pace(long taken, double seconds)
    {
        if (seconds > 0)
            _perSecond += Newest * ((taken / seconds) - _perSecond);
    }

    double Drain(long lag)
    {
        if (lag == 0)
            return 0;
        return lag >= _perSecond * Never.TotalSeconds ? Never.TotalSeconds : lag / _perSecond;
    }

    // Lanes that run elsewhere now.
    void Forget(IReadOnlyCollection<LanePlace> places)
    {
        if (_seen.Count == places.Count)
            return;
        var here = places.Select(p => (p.Partition, p.Topic)).ToHashSet();
        foreach (var gone in _seen.Keys.Where(k => !here.Contains(k)).ToList())
            _seen.Remove(gone);
    }

    static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    sealed class Seen(long position)
    {
        TimeSpan? _since;

        public LagTrail Trail { get; } = new();

        public long Position { get; set; } = position;

        public TimeSpan Since(TimeSpan now) => _since ??= now;
    }
}

/// <summary>Where a lane is in one partition.</summary>
/// <param name="Partition">The lane's number.</param>
/// <param name="Topic">The topic.</param>
/// <param name="End">The offset that the next message will get.</param>
/// <param name="Position">The offset of the next message that is to be taken.</param>
/// <param name="TakenAt">The broker's time of the last message that the lane took, of any topic; null before the first.</param>
internal readonly record struct LanePlace(int Partition, string Topic, long End, long Position, DateTimeOffset? TakenAt);
