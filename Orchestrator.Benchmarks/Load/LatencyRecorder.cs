using System.Diagnostics;
using HdrHistogram;

namespace Orchestrator.Benchmarks.Load;

/// <summary>Durations to three digits, from a microsecond to ten minutes. One thread records.</summary>
sealed class LatencyRecorder
{
    static readonly long LongestMicros = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    readonly LongHistogram _histogram = new(LongestMicros, numberOfSignificantValueDigits: 3);

    public long Count => _histogram.TotalCount;

    public double P50Ms => Ms(50);

    public double P99Ms => Ms(99);

    public double P999Ms => Ms(99.9);

    public double MaxMs => Ms(100);

    /// <summary>Records from one timestamp of <see cref="Stopwatch"/> to another.</summary>
    public void Record(long from, long to) =>
        _histogram.RecordValue(Math.Clamp((long)Stopwatch.GetElapsedTime(from, to).TotalMicroseconds, 1, LongestMicros));

    double Ms(double percentile) => Count == 0 ? 0 : _histogram.GetValueAtPercentile(percentile) / 1e3;
}
