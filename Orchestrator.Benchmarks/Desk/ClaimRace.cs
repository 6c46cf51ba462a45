using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>Twenty people who take one case after the other as fast as they get them, and give each back closed.</summary>
static class ClaimRace
{
    public const int Workers = 20;

    /// <summary>Runs it.</summary>
    /// <returns>How long claims took.</returns>
    /// <exception cref="BenchFailedException">Two got the same case.</exception>
    public static async Task<LatencyRecorder> RunAsync(DeskClients clients, TimeSpan duration, CancellationToken stop)
    {
        Progress.Write($"{Workers} workers claim cases");
        var recorder = new LatencyRecorder();
        var taken = new ConcurrentDictionary<Guid, string>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => WorkAsync(clients, $"claimer-{i}", duration, taken, recorder, stop)));
        return recorder;
    }

    static async Task WorkAsync(
        DeskClients clients, string worker, TimeSpan duration, ConcurrentDictionary<Guid, string> taken, LatencyRecorder recorder, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var asked = Stopwatch.GetTimestamp();
            var claimed = await clients.CallAsync(HttpMethod.Post, "v1/cases/claim", worker, new { queue = "fraud_review" }, stop)
                ?? throw new BenchFailedException("there are no more cases");
            lock (recorder)
                recorder.Record(asked, Stopwatch.GetTimestamp());
            var id = claimed.GetProperty("caseId").GetGuid();
            if (!taken.TryAdd(id, worker))
                throw new BenchFailedException($"case {id} was given to {taken[id]} and to {worker}");
            await clients.CallAsync(HttpMethod.Post, $"v1/cases/{id}/close", worker, new { outcome = "inconclusive", reason = "nothing was found" }, stop);
        }
    }
}
