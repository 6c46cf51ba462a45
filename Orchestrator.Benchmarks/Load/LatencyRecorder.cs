using System.Diagnostics;
using HdrHistogram;

namespace Orchestrator.Benchmarks.Load;

/// <summary>Durations to three digits, from a microsecond to ten minutes. One thread records.</summary>
sealed class LatencyRecorder
{
    static readonly long LongestMicros = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    readonly LongHistogram _histogram = new(LongestMicros, numberOfSignificantValueDigits: 3);
    readonly List<double> _worstBySecond = [];
    long _began;

    public long Count => _histogram.TotalCount;

    public double P50Ms => Ms(50);

    public double P99Ms => Ms(99);

    public double P999Ms => Ms(99.9);

    public double MaxMs => Ms(100);

    /// <summary>The longest of each second, by when it began: shows whether a tail comes from a few stalls or from everywhere.</summary>
    public IReadOnlyList<double> WorstMsBySecond => _worstBySecond;

    /// <summary>Records from one timestamp of <see cref="Stopwatch"/> to another.</summary>
    public void Record(long from, long to)
    {
        var elapsed = Stopwatch.GetElapsedTime(from, to);
        _histogram.RecordValue(Math.Clamp((long)elapsed.TotalMicroseconds, 1, LongestMicros));

        if (_began == 0)
            _began = from;
        var second = (int)Math.Max(0, (from - _began) / Stopwatch.Frequency);
        while (_worstBySecond.Count <= second)
            _worstBySecond.Add(0);
        _worstBySecond[second] = Math.Max(_worstBySecond[second], Math.Round(elapsed.TotalMilliseconds));
    }

    double Ms(double percentile) => Count == 0 ? 0 : _histogram.GetValueAtPercentile(percentile) / 1e3;
}
