namespace Orchestrator.Decisioning.Backtests;

/// <summary>What a backtest judges, and how.</summary>
/// <param name="From">From this event time on, UTC. What came before only makes history.</param>
/// <param name="To">Before this event time, UTC.</param>
/// <param name="UnlabelledAsGenuine">Whether what has no label though it is older than the delay of labels counts as genuine.</param>
/// <param name="ReviewCostMinor">What a person's look at one payment costs, minor units by currency; nothing in those not named.</param>
public sealed record BacktestSpec(
    DateTimeOffset From, DateTimeOffset To, bool UnlabelledAsGenuine = false, IReadOnlyDictionary<string, long>? ReviewCostMinor = null)
{
    /// <summary>What a look costs in a currency, minor units.</summary>
    public long ReviewCost(string currency) => ReviewCostMinor?.GetValueOrDefault(currency) ?? 0;
}
