namespace Orchestrator.Cli.Simulate;

/// <summary>
/// Holds a stream to a timetable. After a standstill it catches up for a second at most, and then goes on from where it is: a service
/// that was away is not met with all it has missed at once.
/// </summary>
sealed class Pacer(TimeProvider time)
{
    static readonly TimeSpan MaxBehind = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    readonly long _start = time.GetTimestamp();
    TimeSpan _shift;

    /// <summary>Returns at <paramref name="due"/> after the start, or at once when that is over.</summary>
    public ValueTask UntilAsync(TimeSpan due, CancellationToken cancellationToken)
    {
        var ahead = due + _shift - time.GetElapsedTime(_start);
        if (ahead < -MaxBehind)
            _shift += -MaxBehind - ahead;
        return ahead > Resolution ? new ValueTask(Task.Delay(ahead, time, cancellationToken)) : ValueTask.CompletedTask;
    }
}
