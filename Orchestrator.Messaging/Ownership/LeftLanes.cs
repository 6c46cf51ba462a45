namespace Orchestrator.Messaging.Ownership;

/// <summary>
/// Which lanes a member gives up and claims, where some lane may be of another version. Who cannot run a lane leaves it to others, and lets it be for a while. Shares are even, so it may be that all who
/// could run it have as many as is theirs: who sees a lane free for some time takes it beyond its share, and keeps it so. Without such lanes this is <see cref="LaneShare"/>.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class LeftLanes(TimeProvider time)
{
    /// <summary>For how long a lane that was left is not claimed again by who left it.</summary>
    public static readonly TimeSpan LeftFor = TimeSpan.FromMinutes(1);

    /// <summary>How long a lane is free until whoever sees it takes it beyond its share: longer than anybody needs to claim what is its own, on a machine that has too much to do as well.</summary>
    public static readonly TimeSpan StrandedAfter = TimeSpan.FromSeconds(15);

    /// <summary>For how long a lane counts as one beyond the share; then shares are made even again, and whoever cannot run what comes to it leaves it as before.</summary>
    public static readonly TimeSpan BeyondFor = TimeSpan.FromMinutes(30);

    static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(1);

    readonly Dictionary<int, (long At, string Why)> _left = [];
    readonly Dictionary<int, Freedom> _free = [];
    readonly Dictionary<int, long> _beyond = [];
    HashSet<Guid> _members = [];
    volatile string? _hindrance;

    /// <summary>Why lanes were left that still are; null when there are none.</summary>
    public string? Hindrance => _hindrance;

    /// <summary>This member cannot run a lane, and gives it up.</summary>
    public void Leave(int partition, string why)
    {
        _left[partition] = (time.GetTimestamp(), why);
        _hindrance = why;
    }

    /// <summary>Decides for <paramref name="self"/>, once a beat.</summary>
    /// <param name="self">The member that asks; one of <paramref name="members"/>.</param>
    /// <param name="members">All that are alive.</param>
    /// <param name="lanes">All lanes of the group.</param>
    public (IReadOnlyList<int> Release, IReadOnlyList<int> Claim) Decide(Guid self, IReadOnlyCollection<Guid> members, IReadOnlyList<LaneSight> lanes)
    {
        Forget(self, members, lanes);
        var (release, claim) = LaneShare.Decide(self, members, lanes, _beyond.ContainsKey, _left.ContainsKey);
        var stranded = lanes.Where(IsStranded).Select(l => l.Partition).Where(p => !_left.ContainsKey(p) && !claim.Contains(p)).ToList();
        foreach (var partition in stranded)
            _beyond[partition] = time.GetTimestamp();
        return (release, [.. claim, .. stranded]);
    }

    void Forget(Guid self, IReadOnlyCollection<Guid> members, IReadOnlyList<LaneSight> lanes)
    {
        foreach (var partition in _left.Where(l => time.GetElapsedTime(l.Value.At) >= LeftFor || IsOfOthers(l.Key)).Select(l => l.Key).ToList())
            _left.Remove(partition);
        _hindrance = _left.Values.Select(l => l.Why).FirstOrDefault();
        // With other members there are other shares.
        if (!_members.SetEquals(members))
            _beyond.Clear();
        _members = [.. members];
        foreach (var partition in _beyond.Where(b => time.GetElapsedTime(b.Value) >= BeyondFor || !lanes.Any(l => l.Partition == b.Key && l.Owner == self)).Select(b => b.Key).ToList())
            _beyond.Remove(partition);

        bool IsOfOthers(int partition) => lanes.Any(l => l.Partition == partition && l.Owner is { } owner && owner != self);
    }

    // Others may try in turn and leave it as well, which is no owner; so time is added up until somebody has kept it.
    bool IsStranded(LaneSight lane)
    {
        var now = time.GetTimestamp();
        if (!_free.TryGetValue(lane.Partition, out var free))
        {
            if (lane.Owner is null)
                _free.Add(lane.Partition, new Freedom(TimeSpan.Zero, now, OwnedSince: null));
            return false;
        }
        if (lane.Owner is null)
        {
            _free[lane.Partition] = free = new Freedom(free.Time + SinceSeen(free, now), now, OwnedSince: null);
            return free.Time >= StrandedAfter;
        }
        _free[lane.Partition] = free = free with { SeenAt = null, OwnedSince = free.OwnedSince ?? now };
        if (time.GetElapsedTime(free.OwnedSince.Value, now) >= StrandedAfter)
            _free.Remove(lane.Partition);
        return false;
    }

    // What was not looked at for long was not seen to be free for so long: this process may have stood still, and others with it.
    TimeSpan SinceSeen(Freedom free, long now) => free.SeenAt is { } seen && time.GetElapsedTime(seen, now) is var since ? (since < LongestBeat ? since : LongestBeat) : TimeSpan.Zero;

    /// <summary>How long a lane has been free of late.</summary>
    /// <param name="Time">Together.</param>
    /// <param name="SeenAt">When it was seen free last; null while somebody owns it.</param>
    /// <param name="OwnedSince">Since when somebody does.</param>
    readonly record struct Freedom(TimeSpan Time, long? SeenAt, long? OwnedSince);
}
