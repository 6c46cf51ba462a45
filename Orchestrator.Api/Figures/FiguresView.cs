namespace Orchestrator.Api.Figures;

/// <summary>What the service does: totals since its store began, rates and latency of the last ten seconds, and what is still to be read.</summary>
/// <param name="Submitted">Transactions taken in.</param>
/// <param name="Completed">Those whose money has moved.</param>
/// <param name="Declined">Those declined.</param>
/// <param name="Held">Those that wait for a person's review now.</param>
/// <param name="Compensated">Those undone after funds were held.</param>
/// <param name="Voided">Those cancelled.</param>
/// <param name="Parked">Messages that are parked now.</param>
/// <param name="InProgress">Transactions that have not ended.</param>
/// <param name="PerSecond">How fast each of these grows, by the same names.</param>
/// <param name="LatencyMs">Submitted to ended, milliseconds, as seen by this process; absent while nothing ends.</param>
/// <param name="Lag">Messages written and not yet taken.</param>
/// <param name="At">When these figures were taken, UTC.</param>
/// <param name="Reversed">Those undone after they had completed.</param>
/// <param name="CompensationFailed">Those that could not be undone and wait for an operator now.</param>
public sealed record FiguresView(
    long Submitted,
    long Completed,
    long Declined,
    long Held,
    long Compensated,
    long Voided,
    long Parked,
    long InProgress,
    IReadOnlyDictionary<string, double> PerSecond,
    LatencyView? LatencyMs,
    LagView Lag,
    DateTimeOffset At,
    long Reversed,
    long CompensationFailed);

/// <summary>Percentiles in milliseconds.</summary>
public sealed record LatencyView(double P50, double P99, double P999);

/// <summary>Messages written and not yet taken.</summary>
/// <param name="Total">Over all groups.</param>
/// <param name="Groups">By consumer group.</param>
public sealed record LagView(long Total, IReadOnlyDictionary<string, long> Groups);
