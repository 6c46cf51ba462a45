namespace Orchestrator.Broker.Groups;

/// <summary>
/// A group's clock and its one timer. The timer is set for the earliest deadline known; one that moves away, as a member's does with each heartbeat,
/// does not touch it: when it rings too early the group looks what is due and sets it again. Guarded by its group's lock.
/// </summary>
internal sealed class GroupAlarm : IDisposable
{
    static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(1);

    readonly TimeProvider _time;
    readonly long _start;
    readonly ITimer _timer;
    TimeSpan _at = TimeSpan.MaxValue;

    public GroupAlarm(TimeProvider time, Action ring)
    {
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(_ => ring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How long there has been a clock; deadlines count from there too.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Rings at the deadline or before.</summary>
    public void RingBy(TimeSpan deadline)
    {
        if (deadline >= _at)
            return;
        _at = deadline;

        // Never at once: it would ring inside of the lock. Whole milliseconds, because timers cut off the rest and would ring before it is time.
        var due = Math.Ceiling(Math.Clamp((deadline - Now).TotalMilliseconds, Soonest.TotalMilliseconds, int.MaxValue));
        _timer.Change(TimeSpan.FromMilliseconds(due), Timeout.InfiniteTimeSpan);
    }

    /// <summary>It has rung: the next deadline sets it anew.</summary>
    public void Rang() => _at = TimeSpan.MaxValue;

    public void Dispose() => _timer.Dispose();
}
