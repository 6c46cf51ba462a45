using Orchestrator.Contracts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>What decides in a backtest.</summary>
/// <param name="Rules">The rules.</param>
/// <param name="Lists">The lists as they are now.</param>
/// <param name="Model">The model; null when rules decide alone.</param>
public sealed record BacktestParts(CompiledRuleSet Rules, ListsSnapshot Lists, IScoringModel? Model)
{
    /// <summary>What features are computed.</summary>
    public FeaturePlan Plan { get; init; } = FeaturePlan.Standard;

    /// <summary>The bounds of what is remembered. One engine sees what many lanes have seen.</summary>
    public FeatureEngineOptions Features { get; init; } = new() { MaxKeys = 1_000_000 };

    /// <summary>How many decimal digits amounts have; of ISO 4217 when null.</summary>
    public CurrencyScales? Currencies { get; init; }

    /// <summary>The version of the lists; null when the rules look into none, or there is no store that keeps them.</summary>
    public long? ListsVersion => Rules.Lists.Count > 0 && Lists.Version > 0 ? Lists.Version : null;
}
