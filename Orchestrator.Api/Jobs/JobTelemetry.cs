using System.Diagnostics.Metrics;

namespace Orchestrator.Api.Jobs;

/// <summary>What jobs do, as figures.</summary>
public sealed class JobTelemetry
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Orchestrator.Jobs";

    readonly Histogram<double> _seconds;
    readonly Counter<long> _alerts;

    /// <summary>Makes the instruments.</summary>
    public JobTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _seconds = meter.CreateHistogram<double>(
            "orchestrator.job.duration", "s", "How long runs of recurring jobs took",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 600] });
        _alerts = meter.CreateCounter<long>("orchestrator.job.alerts", description: "Alerts that recurring jobs raised");
    }

    /// <summary>A run has ended.</summary>
    public void Ran(string jobId, string outcome, TimeSpan took) =>
        _seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("job", jobId), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Alerts were raised.</summary>
    public void Raised(string kind, int count)
    {
        if (count > 0)
            _alerts.Add(count, new KeyValuePair<string, object?>("kind", kind));
    }
}
