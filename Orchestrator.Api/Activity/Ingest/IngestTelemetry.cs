using System.Diagnostics.Metrics;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>What is counted of events that come over HTTP: meter <c>Orchestrator.Activity.Ingest</c>.</summary>
sealed class IngestTelemetry : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Orchestrator.Activity.Ingest";

    readonly Meter _meter;
    readonly Counter<long> _accepted;
    readonly Counter<long> _refused;

    /// <summary>Creates the instruments.</summary>
    public IngestTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _accepted = _meter.CreateCounter<long>("orchestrator.activity.accepted", "{event}", "Events that are published, by write key");
        _refused = _meter.CreateCounter<long>("orchestrator.activity.refused", "{event}", "Events, and whole requests, that cannot be taken, by the first error's name");
    }

    /// <summary>Counts events that are published.</summary>
    public void Accepted(string key, int count)
    {
        if (count > 0)
            _accepted.Add(count, new KeyValuePair<string, object?>("key", key));
    }

    /// <summary>Counts an event, or a request, that cannot be taken.</summary>
    public void Refused(string error) => _refused.Add(1, new KeyValuePair<string, object?>("error", error));

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
