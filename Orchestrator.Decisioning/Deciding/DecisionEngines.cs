using System.Globalization;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// Makes stored decisions again: by the rules and models in force, or by any version that is stored, as long as the features are those of this process and the lists
/// that were looked into are as they were. Lists keep no past beyond their log, so a decision that rests on other lists is not made again. Features that were added since
/// are missing in its vector, and were not known to what decided.
/// </summary>
public sealed class DecisionEngines(
    RulesWatch watch, RuleSetStore store, IModelsInForce models, RuleSchema schema, FeaturePlan features, TimeProvider time, CurrencyScales? currencies = null)
    : IDecisionEngines
{
    /// <inheritdoc />
    public async ValueTask<IDecisionEngine?> FindAsync(DecisionVersions versions, CancellationToken cancellationToken)
    {
        var current = watch.Current;
        if (features.Schema.LengthOf(versions.FeatureSchema) < 0
            || (versions.Lists is { } lists && lists != current.Lists.Version.ToString(CultureInfo.InvariantCulture)))
        {
            return null;
        }
        if (await RulesAsync(versions.Rules, current, cancellationToken) is not { } rules)
            return null;
        // Where no model counted, none must now.
        var champion = versions.Model is null ? null : await ModelAsync(versions.Model, cancellationToken);
        return versions.Model is not null && champion is null
            ? null
            : new Engine(
                new TransactionDecider(schema, features.Schema, time, TimeSpan.Zero, currencies), current with { Live = rules, Shadow = null },
                new ModelsInForce(champion, Challenger: null),
                features.Schema.Length);
    }

    async ValueTask<IScoringModel?> ModelAsync(string version, CancellationToken cancellationToken) =>
        models.Current.Champion is { } champion && string.Equals(champion.Version, version, StringComparison.Ordinal)
            ? champion
            : await models.FindAsync(version, cancellationToken);

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

    sealed class Engine(TransactionDecider decider, RulesInForce rules, ModelsInForce models, int length) : IDecisionEngine
    {
        public DecisionResult Decide(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt)
        {
            var decision = decider.Decide(message, Whole(vector), watermark: null, rules, models, receivedAt: decidedAt, now: decidedAt);
            return new DecisionResult(decision.Outcome, decision.Score, decision.Reasons, decision.Rules ?? []);
        }

        public IReadOnlyList<RuleResult> Trace(ReadOnlySpan<float> vector, TransactionSubmitted message, DateTimeOffset decidedAt) =>
            decider.Trace(message, Whole(vector), rules, models, decidedAt);

        ReadOnlySpan<float> Whole(ReadOnlySpan<float> vector)
        {
            if (vector.Length >= length)
                return vector;
            var whole = new float[length];
            vector.CopyTo(whole);
            whole.AsSpan(vector.Length).Fill(FeatureDefinition.Missing);
            return whole;
        }
    }
}
