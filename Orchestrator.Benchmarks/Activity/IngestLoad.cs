using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>Events over HTTP, one a request, over connections that stay: each sends the next as soon as the last is answered.</summary>
static class IngestLoad
{
    public const int Connections = 48;

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    /// <returns>Requests a second, and how long one waits for its answer.</returns>
    public static async Task<(double PerSecond, LatencyRecorder Latency)> MeasureAsync(Uri service, TimeSpan measure, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var latency = new LatencyRecorder();
        var windowBegin = Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
        var windowEnd = windowBegin + (long)(measure.TotalSeconds * Stopwatch.Frequency);
        var senders = Enumerable.Range(0, Connections)
            .Select(k => Task.Factory.StartNew(() => Send(service, k, windowBegin, windowEnd, latency, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToList();
        await Task.WhenAll(senders);
        return (latency.Count / measure.TotalSeconds, latency);
    }

    static void Send(Uri service, int connection, long windowBegin, long windowEnd, LatencyRecorder latency, CancellationToken stop)
    {
        using var http = new HttpConnection(service, "/v1/activity", "X-Write-Key: development", status: 202);
        for (var n = 0; Stopwatch.GetTimestamp() is var began && began < windowEnd; n++)
        {
            stop.ThrowIfCancellationRequested();
            var number = ((ulong)(uint)connection << 32) | (uint)n;
            http.Post(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"eventId\":\"{RandomId.Of(number | (2ul << 40))}\",\"type\":\"page_view\",\"visitorId\":\"{PlannedEvents.NameOf(n % 1_000)}\",\"url\":\"https://shop.example/page/{n % 50:0000}\"}}")));
            var answered = Stopwatch.GetTimestamp();
            if (began < windowBegin || answered > windowEnd)
                continue;
            lock (latency)
                latency.Record(began, answered);
        }
    }
}
