using Orchestrator.Contracts;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>Finds what a backtest names: rules, a model, and the lists as they are now.</summary>
/// <param name="stored">Stored rule sets.</param>
/// <param name="rules">The rules in force.</param>
/// <param name="models">The models.</param>
/// <param name="schema">The names that rules may use.</param>
/// <param name="features">The bounds of what features remember.</param>
/// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
public sealed class BacktestChoices(
    RuleSetStore stored, IRulesInForce rules, IModelsInForce models, RuleSchema schema, FeatureEngineOptions features, CurrencyScales? currencies = null)
{
    /// <summary>Finds all that a backtest needs.</summary>
    /// <exception cref="BacktestException"><c>unknown_rules</c>, <c>rules_do_not_fit</c> or <c>unknown_model</c>.</exception>
    public async Task<BacktestParts> FindAsync(string rulesChoice, string modelChoice, CancellationToken cancellationToken)
    {
        await Task.WhenAll(rules.Loaded, models.Loaded).WaitAsync(cancellationToken);
        return new BacktestParts(await RulesAsync(rulesChoice, cancellationToken), rules.Current.Lists, await ModelAsync(modelChoice, cancellationToken))
        {
            Features = features,
            Currencies = currencies,
        };
    }

    /// <summary>Compiles the rules of a file, or of anything else that has no version.</summary>
    /// <param name="name">What decisions call them.</param>
    /// <param name="json">A rule set as JSON.</param>
    /// <param name="schema">The names that rules may use.</param>
    /// <exception cref="BacktestException"><c>rules_do_not_fit</c>.</exception>
    public static CompiledRuleSet Compile(string name, ReadOnlySpan<byte> json, RuleSchema schema) =>
        RuleSetJson.TryRead(json, out var content, out var error)
            ? Compiled(name, content, schema, hash: null)
            : throw new BacktestException("rules_do_not_fit", $"{name}: {error}");

    /// <summary>Empty lists by the names that rules look into: where no store keeps any.</summary>
    public static ListsSnapshot NoLists(CompiledRuleSet rules) => new(0, rules.Lists.ToDictionary(l => l, _ => ListEntries.Empty, StringComparer.Ordinal));

    async Task<CompiledRuleSet> RulesAsync(string choice, CancellationToken cancellationToken)
    {
        switch (choice)
        {
            case BacktestOrder.Live:
                return rules.Current.Live;
            case BacktestOrder.BuiltIn:
                return BuiltInRuleSet.Compile(schema);
            default:
                return await stored.FindAsync(choice, cancellationToken) is { } found
                    ? Compiled(choice, found.Content, schema, found.Summary.Hash)
                    : throw new BacktestException("unknown_rules", $"There is no rule set {choice}.");
        }
    }

    async Task<IScoringModel?> ModelAsync(string choice, CancellationToken cancellationToken) => choice switch
    {
        BacktestOrder.None => null,
        BacktestOrder.Live => models.Current.Champion,
        _ => await models.FindAsync(choice, cancellationToken) ?? throw new BacktestException("unknown_model", $"There is no model {choice} that fits this version of the service."),
    };

    static CompiledRuleSet Compiled(string name, RuleSetContent content, RuleSchema schema, string? hash) =>
        CompiledRuleSet.TryCompile(name, content, schema, knownLists: null, out var compiled, out var errors, hash)
            ? compiled
            : throw new BacktestException("rules_do_not_fit", $"{name}: {errors[0]}");
}
