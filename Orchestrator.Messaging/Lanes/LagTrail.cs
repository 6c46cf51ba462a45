namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// Remembers where the end of one partition was and when, and so tells how old the oldest message is that was not taken yet: it was written after the end was last seen
/// at or before the position. As exact as it is looked at often, without a look into any message.
/// </summary>
internal sealed class LagTrail
{
    /// <summary>How many ends are remembered: when there are more, the older they are the fewer are kept.</summary>
    internal const int Most = 64;

    readonly List<(TimeSpan At, long End)> _ends = new(Most);

    /// <summary>Notes where the partition ends, and tells how old the oldest message at or behind the position is.</summary>
    /// <param name="now">The time since some fixed moment.</param>
    /// <param name="end">The offset that the next message will get.</param>
    /// <param name="position">The offset of the next message that is to be taken.</param>
    /// <returns>The age at most; zero when all is taken. Null when the messages are older than what is remembered.</returns>
    public TimeSpan? Look(TimeSpan now, long end, long position)
    {
        Note(now, end);
        if (position >= end)
        {
            _ends.RemoveRange(0, _ends.Count - 1);
            return TimeSpan.Zero;
        }
        var last = _ends.FindLastIndex(e => e.End <= position);
        if (last < 0)
            return null;
        _ends.RemoveRange(0, last);
        return now - _ends[0].At;
    }

    void Note(TimeSpan now, long end)
    {
        // An end that has not moved was still there now; one that has moved back is of a partition that began anew.
        if (_ends.Count > 0 && end < _ends[^1].End)
            _ends.Clear();
        if (_ends.Count > 0 && _ends[^1].End == end)
            _ends.RemoveAt(_ends.Count - 1);
        else if (_ends.Count == Most)
            Thin();
        _ends.Add((now, end));
    }

    // Every second one of the older half: the first stays, what is old is told more coarsely.
    void Thin()
    {
        for (var i = (Most / 2) - 1; i > 0; i -= 2)
            _ends.RemoveAt(i);
    }
}
