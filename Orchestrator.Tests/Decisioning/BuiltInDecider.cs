using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Tests.Decisioning;

/// <summary>The built-in rules, with lists that are there and empty.</summary>
sealed class BuiltInDecider(CurrencyScales? currencies = null) : IRulesInForce
{
    public RulesInForce Current { get; } = new(
        BuiltInRuleSet.Compile(MessageFields.SchemaWith(BuiltInRuleSet.Features)), null,
        new ListsSnapshot(1, BuiltInRuleSet.Lists.ToDictionary(l => l, _ => ListEntries.Empty, StringComparer.Ordinal)));

    public Task Loaded => Task.CompletedTask;

    public RuleDecider Decider => new(Current.Live.Schema, TimeProvider.System, TimeSpan.Zero, currencies);

    public FraudAssessed Assess(AccountHistory history, TransactionSubmitted transaction, DateTimeOffset now) =>
        Decider.Decide(transaction, HistoryFeatures.Of(history, transaction, now, currencies), Current, now);
}
