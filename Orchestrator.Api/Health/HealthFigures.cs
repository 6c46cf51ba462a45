using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Orchestrator.Api.Health;

/// <summary>Shows what the checks of /health/ready last found as a gauge, so that somebody is told who does not look: meter <c>Orchestrator.Health</c>.</summary>
sealed class HealthFigures : IHealthCheckPublisher, IDisposable
{
    /// <summary>The meter.</summary>
    public const string MeterName = "Orchestrator.Health";

    readonly Meter _meter;
    readonly ConcurrentDictionary<string, HealthStatus> _found = new(StringComparer.Ordinal);

    public HealthFigures(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _meter.CreateObservableGauge(
            "orchestrator.health.status", () => _found.Select(f => new Measurement<double>(Value(f.Value), new KeyValuePair<string, object?>("check", f.Key))), unit: null,
            "What each check of this process found: 1 healthy, 0.5 degraded, 0 unhealthy");
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var (name, entry) in report.Entries)
            _found[name] = entry.Status;
        return Task.CompletedTask;
    }

    public void Dispose() => _meter.Dispose();

    static double Value(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => 1,
        HealthStatus.Degraded => 0.5,
        _ => 0,
    };
}
