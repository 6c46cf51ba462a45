using System.Diagnostics;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>Requests of many kinds at fixed times, whatever becomes of those before; each counts from when it was due.</summary>
/// <param name="rate">Requests a second.</param>
/// <param name="next">A request by its number: its name and what sends it.</param>
sealed class DeskLoad(double rate, Func<long, (string Name, Func<CancellationToken, Task> Send)> next)
{
    // What the service may be behind with before the run has failed.
    const int MostAtOnce = 256;

    readonly Lock _lock = new();
    readonly Dictionary<string, LatencyRecorder> _byName = new(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public LatencyRecorder All { get; } = new();

    /// <summary>The p99 of each kind in milliseconds, the slowest first.</summary>
    public IReadOnlyDictionary<string, double> P99MsByName => _byName.OrderByDescending(n => n.Value.P99Ms).ToDictionary(n => n.Key, n => n.Value.P99Ms, StringComparer.Ordinal);

    /// <summary>Sends them.</summary>
    /// <param name="warmUp">How long it runs before it counts.</param>
    /// <param name="measure">How long is counted.</param>
    /// <param name="stop">Gives up.</param>
    public Task RunAsync(TimeSpan warmUp, TimeSpan measure, CancellationToken stop) =>
        Task.Factory.StartNew(() => Run(warmUp, measure, stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // On a thread of its own: a timer of the pool comes a millisecond late, and that would be counted.
    void Run(TimeSpan warmUp, TimeSpan measure, CancellationToken stop)
    {
        using var room = new SemaphoreSlim(MostAtOnce);
        var requests = new List<Task>();
        var began = Stopwatch.GetTimestamp();
        var counted = began + (long)(warmUp.TotalSeconds * Stopwatch.Frequency);
        for (long i = 0; Stopwatch.GetElapsedTime(began) < warmUp + measure; i++)
        {
            var due = began + (long)(i / rate * Stopwatch.Frequency);
            Pace.Until(due);
            if (!room.Wait(TimeSpan.FromSeconds(30), stop))
                throw new BenchFailedException($"{MostAtOnce} requests are unanswered");
            requests.RemoveAll(r => r.IsCompletedSuccessfully);
            var (name, send) = next(i);
            requests.Add(Task.Run(() => SendAsync(name, send, due, due >= counted, room, stop), stop));
            if (requests.Find(r => r.IsFaulted) is { Exception: { } failure })
                throw new BenchFailedException(failure.GetBaseException().Message);
        }
        Task.WhenAll(requests).GetAwaiter().GetResult();
    }

    async Task SendAsync(string name, Func<CancellationToken, Task> send, long due, bool counts, SemaphoreSlim room, CancellationToken stop)
    {
        try
        {
            await send(stop);
        }
        finally
        {
            room.Release();
        }
        if (!counts)
            return;
        var answered = Stopwatch.GetTimestamp();
        lock (_lock)
        {
            All.Record(due, answered);
            if (!_byName.TryGetValue(name, out var recorder))
                _byName[name] = recorder = new LatencyRecorder();
            recorder.Record(due, answered);
        }
    }
}
