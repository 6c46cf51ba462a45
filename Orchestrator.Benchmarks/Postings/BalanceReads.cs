using System.Diagnostics;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Postings;

/// <summary>Accounts read over HTTP at a fixed rate: each read counts from when it was due (no coordinated omission).</summary>
static class BalanceReads
{
    // What the service may be behind with before the run has failed.
    const int MostAtOnce = 256;

    /// <param name="service">The service's address.</param>
    /// <param name="accounts">How many accounts <c>loaded-0</c> and on there are.</param>
    /// <param name="perSecond">Reads a second.</param>
    /// <param name="duration">How long.</param>
    /// <param name="stop">Gives up.</param>
    public static Task<LatencyRecorder> RunAsync(Uri service, int accounts, double perSecond, TimeSpan duration, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(service, accounts, perSecond, duration, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // On a thread of its own: a timer of the pool comes a millisecond late, and that would be counted.
    static LatencyRecorder Run(Uri service, int accounts, double perSecond, TimeSpan duration, CancellationToken stop)
    {
        Progress.Write($"reading {perSecond:N0} accounts a second over HTTP");
        using var client = BenchClient.Access(service).CreateClient(TimeSpan.FromSeconds(100));
        using var room = new SemaphoreSlim(MostAtOnce);
        var random = new Random(3);
        var recorder = new LatencyRecorder();
        var reads = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        for (long i = 0; Stopwatch.GetElapsedTime(began) < duration; i++)
        {
            var due = began + (long)(i / perSecond * Stopwatch.Frequency);
            while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
                Thread.Sleep(Math.Max(1, (int)wait.TotalMilliseconds));
            room.Wait(stop);
            reads.Add(ReadAsync(client, $"/v1/accounts/loaded-{random.Next(accounts)}", due, recorder, room, stop));
        }
        Task.WhenAll(reads).GetAwaiter().GetResult();
        return recorder;
    }

    static async Task ReadAsync(HttpClient client, string path, long due, LatencyRecorder recorder, SemaphoreSlim room, CancellationToken stop)
    {
        using var answer = await client.GetAsync(path, stop);
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync(stop);
        lock (recorder)
            recorder.Record(due, Stopwatch.GetTimestamp());
        room.Release();
    }
}
