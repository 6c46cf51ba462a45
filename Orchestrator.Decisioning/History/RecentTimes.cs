namespace Orchestrator.Decisioning.History;

/// <summary>
/// The times of an account's recent transactions, in order, bounded: what lies further back than the window and the lateness allowed is
/// dropped, and beyond <see cref="Capacity"/> the oldest is. Counts are exact up to the capacity, also for events that come late.
/// </summary>
public sealed class RecentTimes
{
    /// <summary>The most times kept; a count that reaches it means "at least".</summary>
    public const int Capacity = 128;

    /// <summary>The window that is counted.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>How late an event may come and still be counted exactly.</summary>
    public static readonly TimeSpan Lateness = TimeSpan.FromHours(1);

    static readonly long WindowMs = (long)Window.TotalMilliseconds;
    static readonly long KeptMs = (long)(Window + Lateness).TotalMilliseconds;

    readonly List<long> _unixMs;

    /// <summary>Nothing seen yet.</summary>
    public RecentTimes() => _unixMs = [];

    internal RecentTimes(List<long> unixMs) => _unixMs = unixMs;

    /// <summary>Unix milliseconds, ascending.</summary>
    public IReadOnlyList<long> UnixMs => _unixMs;

    /// <summary>
    /// How many are in the hour that ends with <paramref name="at"/>, itself not counted unless it was added;
    /// null when the event comes too late for its window to be whole.
    /// </summary>
    /// <param name="at">The event's time.</param>
    /// <param name="now">The present, UTC: an event from the future must not make others late.</param>
    public int? CountInWindow(DateTimeOffset at, DateTimeOffset now)
    {
        var end = at.ToUnixTimeMilliseconds();
        return end - WindowMs < Horizon(now) ? null : FirstAfter(end) - FirstAfter(end - WindowMs);
    }

    /// <summary>Adds an event's time, and drops what is not needed any more. A time that lies beyond the lateness is not kept.</summary>
    public void Add(DateTimeOffset at, DateTimeOffset now)
    {
        var time = at.ToUnixTimeMilliseconds();
        // There is one list an account, and most of what decisioning remembers is in them: a list twice as long as it needs to be would show.
        if (_unixMs.Count == _unixMs.Capacity)
            _unixMs.Capacity = _unixMs.Count + 4 + (_unixMs.Count / 8);
        _unixMs.Insert(FirstAfter(time), time);
        var drop = Math.Max(FirstAfter(Horizon(now)), _unixMs.Count - Capacity);
        if (drop > 0)
            _unixMs.RemoveRange(0, drop);
    }

    // The oldest instant (exclusive) that a window of an event in time can reach to.
    long Horizon(DateTimeOffset now) =>
        _unixMs.Count == 0 ? long.MinValue : Math.Min(_unixMs[^1], now.ToUnixTimeMilliseconds()) - KeptMs;

    int FirstAfter(long time)
    {
        int low = 0, high = _unixMs.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_unixMs[middle] <= time)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
