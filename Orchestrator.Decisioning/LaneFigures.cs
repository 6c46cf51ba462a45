using System.Diagnostics;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Features;

namespace Orchestrator.Decisioning;

/// <summary>What one lane counts and shows. Its calls but <see cref="Watermark"/> and <see cref="Latest"/> are of the lane's thread.</summary>
public sealed class LaneFigures : IDisposable
{
    // Looks at every key, which takes milliseconds where there are many.
    static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(5);

    readonly DecisioningTelemetry _telemetry;
    readonly TimeProvider _time;
    long _watermarkMs;
    long _reportedAt;
    FeatureEngineReport? _latest;

    internal LaneFigures(DecisioningTelemetry telemetry, int partition, TimeProvider time)
    {
        (_telemetry, Partition, _time) = (telemetry, partition, time);
        _reportedAt = time.GetTimestamp() - (long)(ReportEvery.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>The lane.</summary>
    public int Partition { get; }

    /// <summary>Up to when the lane's windows are complete; null before its first event.</summary>
    public DateTimeOffset? Watermark => Volatile.Read(ref _watermarkMs) is > 0 and var ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    /// <summary>What the lane held some minutes ago.</summary>
    public FeatureEngineReport? Latest => Volatile.Read(ref _latest);

    internal long Begin() => _time.GetTimestamp();

    internal void Decided(long began, FraudAssessed assessed, in Observation observation) =>
        _telemetry.Decided(_time.GetElapsedTime(began), assessed, observation);

    internal void Follow(FeatureEngine engine)
    {
        Volatile.Write(ref _watermarkMs, engine.WatermarkMs);
        if (_time.GetElapsedTime(_reportedAt) < ReportEvery)
            return;
        _reportedAt = _time.GetTimestamp();
        Volatile.Write(ref _latest, engine.Report());
        _telemetry.LookAtSharedKeys();
    }

    /// <inheritdoc />
    public void Dispose() => _telemetry.Forget(this);
}
