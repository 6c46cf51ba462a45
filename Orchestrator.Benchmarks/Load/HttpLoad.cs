using System.Diagnostics;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Load;

/// <summary>
/// Requests at fixed times, whatever becomes of those before; each counts from when it was due. As many are under way at once as there are connections, each with a thread of
/// its own; when all wait, what is due meanwhile is sent late and counts from its time all the same.
/// </summary>
/// <param name="address">The service.</param>
/// <param name="path">What is posted to.</param>
/// <param name="rate">Requests a second.</param>
/// <param name="body">The body of a request by its number.</param>
sealed class HttpLoad(Uri address, string path, double rate, Func<long, byte[]> body)
{
    const int Connections = 64;
    static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    long _windowBegin = long.MaxValue;
    long _windowEnd = long.MaxValue;
    LatencyRecorder _latency = new();
    long _sent;
    volatile Exception? _failure;

    /// <summary>How many were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>The whole load.</summary>
    /// <param name="warmUp">How long it runs before measuring begins.</param>
    /// <param name="measure">How long is measured.</param>
    /// <param name="onWindow">Called when the window begins and when it ends, outside of it.</param>
    /// <param name="stop">Gives up.</param>
    public async Task<LatencyRecorder> RunAsync(TimeSpan warmUp, TimeSpan measure, Func<bool, Task> onWindow, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var token = await BenchClient.TokenAsync(address, stop);
        var began = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, Connections).Select(k => new Thread(() => Work(k, began, token, ending.Token)) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        try
        {
            await Task.Delay(warmUp, stop);
            await onWindow(true);
            await Task.Delay(Settled, stop);
            lock (_lock)
                (_latency, _windowBegin) = (new LatencyRecorder(), Stopwatch.GetTimestamp());
            await Task.Delay(measure, stop);
            lock (_lock)
                _windowEnd = Stopwatch.GetTimestamp();
            await Task.Delay(Settled, stop);
            await onWindow(false);
        }
        finally
        {
            await ending.CancelAsync();
            threads.ForEach(t => t.Join());
        }
        return _failure is null ? _latency : throw new BenchFailedException(_failure.Message);
    }

    void Work(int connection, long began, string token, CancellationToken ending)
    {
        try
        {
            using var http = new HttpConnection(address, path, $"Authorization: Bearer {token}");
            for (long i = connection; !ending.IsCancellationRequested && _failure is null; i += Connections)
            {
                var due = began + (long)(i / rate * Stopwatch.Frequency);
                Pace.Until(due);
                http.Post(body(i));
                Record(due, Stopwatch.GetTimestamp());
            }
        }
        catch (Exception failure)
        {
            _failure = failure;
        }
    }

    void Record(long due, long answered)
    {
        Interlocked.Increment(ref _sent);
        lock (_lock)
        {
            if (due >= _windowBegin && due < _windowEnd)
                _latency.Record(due, answered);
        }
    }
}
