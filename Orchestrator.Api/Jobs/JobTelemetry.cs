using System.Diagnostics.Metrics;

namespace Orchestrator.Api.Jobs;

/// <summary>What jobs do, as figures.</summary>
public sealed class JobTelemetry
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Orchestrator.Jobs";

    static readonly string[] Outcomes = ["done", "failed"];

    readonly Histogram<double> _seconds;
    readonly Counter<long> _runs;
    readonly Counter<long> _alerts;

    /// <summary>Makes the instruments.</summary>
    public JobTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _seconds = meter.CreateHistogram<double>(
            "orchestrator.job.duration", "s", "How long runs of recurring jobs took",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.1, 1, 10, 60, 600] });
        _runs = meter.CreateCounter<long>("orchestrator.job.runs", "{run}", "Runs of recurring jobs, by how they ended");
        _alerts = meter.CreateCounter<long>("orchestrator.job.alerts", description: "Alerts that recurring jobs raised");
    }

    /// <summary>Lets the counters begin at zero: one that appears with its first failure hides that one from whoever looks at its growth.</summary>
    public void Begin(IEnumerable<ScheduledJob> jobs)
    {
        foreach (var job in jobs)
        {
            foreach (var outcome in Outcomes)
                _runs.Add(0, new("job", job.Id), new("outcome", outcome));
        }
    }

    /// <summary>A run has ended.</summary>
    public void Ran(string jobId, string outcome, TimeSpan took)
    {
        _runs.Add(1, new("job", jobId), new("outcome", outcome));
        _seconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("job", jobId), new KeyValuePair<string, object?>("outcome", outcome));
    }

    /// <summary>Alerts were raised.</summary>
    public void Raised(string kind, int count)
    {
        if (count > 0)
            _alerts.Add(count, new KeyValuePair<string, object?>("kind", kind));
    }
}
