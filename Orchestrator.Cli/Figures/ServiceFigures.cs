namespace Orchestrator.Cli.Figures;

/// <summary>What the service says about itself at <c>GET /v1/figures</c>. Counts are since the service's store began, rates are a second's.</summary>
public sealed record ServiceFigures(
    long Submitted,
    long Completed,
    long Declined,
    long Held,
    long Compensated,
    long Voided,
    long Parked,
    long InProgress,
    IReadOnlyDictionary<string, double>? PerSecond,
    LatencyFigures? LatencyMs,
    LagFigures? Lag,
    DateTimeOffset At = default)
{
    /// <summary>A rate by its name, zero when the service does not say.</summary>
    public double Rate(string name) => PerSecond?.GetValueOrDefault(name) ?? 0;
}

/// <summary>Submitted to ended, in milliseconds.</summary>
public sealed record LatencyFigures(double? P50, double? P99, double? P999);

/// <summary>Messages not yet taken.</summary>
public sealed record LagFigures(long Total, IReadOnlyDictionary<string, long>? Groups);
