using System.Globalization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// Makes stored decisions again: by the rules in force, or by any version that is stored, as long as the lists that it looked into are as they were. Lists keep
/// no past beyond their log, so a decision that rests on other lists is not made again.
/// </summary>
public sealed class RuleEngines(RulesWatch watch, RuleSetStore store, RuleSchema schema, TimeProvider time, CurrencyScales? currencies = null) : IDecisionEngines
{
    /// <inheritdoc />
    public async ValueTask<IDecisionEngine?> FindAsync(DecisionVersions versions, CancellationToken cancellationToken)
    {
        var current = watch.Current;
        if (versions.Model is not null || !string.Equals(versions.FeatureSchema, HistoryFeatures.Schema, StringComparison.Ordinal)
            || (versions.Lists is { } lists && lists != current.Lists.Version.ToString(CultureInfo.InvariantCulture)))
        {
            return null;
        }
        var rules = await RulesAsync(versions.Rules, current, cancellationToken);
        return rules is null ? null : new Engine(new RuleDecider(schema, time, TimeSpan.Zero, currencies), current with { Live = rules, Shadow = null });
    }

    async Task<CompiledRuleSet?> RulesAsync(string version, RulesInForce current, CancellationToken cancellationToken)
    {
        if (string.Equals(current.Live.Version, version, StringComparison.Ordinal))
            return current.Live;
        var builtIn = BuiltInRuleSet.Compile(schema);
        if (string.Equals(builtIn.Version, version, StringComparison.Ordinal))
            return builtIn;
        // A version is its name and the beginning of its hash.
        return version.LastIndexOf('-') is > 0 and var end && await store.FindAsync(version[..end], cancellationToken) is { } stored
            && CompiledRuleSet.TryCompile(version[..end], stored.Content, schema, null, out var compiled, out _, stored.Summary.Hash)
            && string.Equals(compiled.Version, version, StringComparison.Ordinal)
            ? compiled
            : null;
    }

    sealed class Engine(RuleDecider decider, RulesInForce rules) : IDecisionEngine
    {
        public DecisionResult Decide(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt)
        {
            var decision = decider.Decide(message, vector.ToArray(), rules, decidedAt);
            return new DecisionResult(decision.Outcome, decision.Score, decision.Reasons, decision.Rules ?? []);
        }
    }
}
