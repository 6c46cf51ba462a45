using System.Diagnostics;

namespace Orchestrator.Benchmarks.Running;

/// <summary>Waits for something to become so, with a bound.</summary>
static class Waiting
{
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <exception cref="BenchFailedException">It did not become so in time; <paramref name="otherwise"/> is its message.</exception>
    public static async Task UntilAsync(Func<Task<bool>> so, TimeSpan within, string otherwise, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await so())
        {
            if (Stopwatch.GetElapsedTime(began) > within)
                throw new BenchFailedException($"{otherwise} after {within.TotalSeconds:N0} s");
            await Task.Delay(Interval, stop);
        }
    }
}
