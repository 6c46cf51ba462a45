using System.Diagnostics;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;

namespace Orchestrator.Benchmarks.Scenarios;

/// <summary>A process's memory over time, looked at every second. The first quarter does not count: caches fill and the heap finds its size.</summary>
sealed class MemoryTrend
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    const int SaidEvery = 60;

    readonly List<(double Minutes, double ResidentMb, double HeapMb)> _samples = [];

    public async Task SampleAsync(ChildProcess process, CancellationToken stop)
    {
        var began = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            var figures = await process.FiguresAsync(CancellationToken.None);
            _samples.Add((Stopwatch.GetElapsedTime(began).TotalMinutes, figures.WorkingSetBytes / 1e6, figures.HeapBytes / 1e6));
            if (_samples.Count % SaidEvery == 0)
                Progress.Write($"{_samples[^1].Minutes:N0} min: resident {_samples[^1].ResidentMb:N0} MB, heap {_samples[^1].HeapMb:N0} MB");
            await Task.Delay(Every, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Dictionary<string, object?> Details()
    {
        var counted = _samples.Skip(_samples.Count / 4).ToList();
        return new(StringComparer.Ordinal)
        {
            ["samples"] = counted.Count,
            ["resident_first_mb"] = counted[0].ResidentMb,
            ["resident_last_mb"] = counted[^1].ResidentMb,
            ["resident_max_mb"] = counted.Max(s => s.ResidentMb),
            ["resident_slope_mb_per_minute"] = Slope(counted.ConvertAll(s => (s.Minutes, s.ResidentMb))),
            ["heap_first_mb"] = counted[0].HeapMb,
            ["heap_last_mb"] = counted[^1].HeapMb,
            ["heap_slope_mb_per_minute"] = Slope(counted.ConvertAll(s => (s.Minutes, s.HeapMb))),
        };
    }

    // The straight line of least squares.
    static double Slope(List<(double X, double Y)> points)
    {
        var (meanX, meanY) = (points.Average(p => p.X), points.Average(p => p.Y));
        var spread = points.Sum(p => (p.X - meanX) * (p.X - meanX));
        return spread == 0 ? 0 : points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / spread;
    }
}
