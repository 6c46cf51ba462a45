using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>A backtest as it is asked for: by names.</summary>
/// <param name="Rules">A stored rule set's version, <c>live</c>, or <c>built-in</c>.</param>
/// <param name="Model">A stored model's version, <c>live</c>, or <c>none</c>.</param>
/// <param name="From">From this event time on, UTC.</param>
/// <param name="To">Before this event time, UTC.</param>
/// <param name="UnlabelledAsGenuine">See <see cref="BacktestSpec"/>.</param>
/// <param name="ReviewCostMinor">See <see cref="BacktestSpec"/>.</param>
public sealed record BacktestOrder(
    string Rules, string Model, DateTimeOffset From, DateTimeOffset To, bool UnlabelledAsGenuine = false, IReadOnlyDictionary<string, long>? ReviewCostMinor = null)
{
    /// <summary>What is in force when the backtest begins.</summary>
    public const string Live = "live";

    /// <summary>The rules that the product brings along.</summary>
    public const string BuiltIn = BuiltInRuleSet.Name;

    /// <summary>No model.</summary>
    public const string None = "none";

    /// <summary>What is judged, and how.</summary>
    internal BacktestSpec Spec => new(From, To, UnlabelledAsGenuine, ReviewCostMinor);
}
