namespace Orchestrator.Messaging.Workers;

/// <summary>Does something again and again, and rests in between: as long as the round wants, which is not at all while there is more to do, and long enough after one that has failed.</summary>
public static class Rounds
{
    /// <summary>A rest after a failure, so that a database that is away is not asked ten times a second.</summary>
    public static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>Goes round until it is stopped. Whoever begins it does not wait for the first round.</summary>
    /// <param name="round">One round: how long to rest after it. Zero when there is more to do at once.</param>
    /// <param name="failed">Hears why a round has failed: how long to rest after it. Null when that is nothing that passes, and ends the rounds with the failure.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Ends it: a rest at once, a round as soon as the round heeds it.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task<TimeSpan>> round, Func<Exception, TimeSpan?> failed, TimeProvider time, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            TimeSpan rest;
            try
            {
                rest = await round(stop);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                if (failed(e) is not { } pause)
                    throw;
                rest = pause;
            }
            if (rest > TimeSpan.Zero)
                await Task.Delay(rest, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
