namespace Orchestrator.Messaging.Replay;

/// <summary>How fast messages are taken: evenly, with at most a tenth of a second's worth, and one, at once after a pause.</summary>
/// <param name="ratePerSecond">The most a second; no bound when null.</param>
/// <param name="time">The clock.</param>
internal sealed class ReplayPace(int? ratePerSecond, TimeProvider time)
{
    static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    readonly long _began = time.GetTimestamp();
    TimeSpan _next;

    /// <summary>Takes a place.</summary>
    /// <returns>How long to wait before it is used.</returns>
    public TimeSpan Take()
    {
        if (ratePerSecond is not { } rate)
            return TimeSpan.Zero;
        var now = time.GetElapsedTime(_began);
        var earliest = now - Burst;
        var place = _next > earliest ? _next : earliest;
        _next = place + TimeSpan.FromSeconds(1.0 / rate);
        return place > now ? place - now : TimeSpan.Zero;
    }
}
