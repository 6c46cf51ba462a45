using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Tests.Decisioning.Deciding;

namespace Orchestrator.Tests.Decisioning.Rules;

/// <summary>The built-in rules and the lists that they look into; BuiltInRulesTests has the rest.</summary>
public sealed class BuiltInRuleSetTests
{
    static readonly RuleSchema Schema = BuiltInDecider.Schema;
    static readonly CompiledRuleSet BuiltIn = BuiltInRuleSet.Compile(Schema);

    static ListsSnapshot Lists(string list = "", string value = "") => new(1, BuiltInRuleSet.Lists.ToDictionary(
        l => l, l => l == list ? ListEntries.Of([new(value, ListEntryChange.Never)]) : ListEntries.Empty, StringComparer.Ordinal));

    static RuleInput Input(TransactionSubmitted transaction)
    {
        var input = new RuleInput(Schema);
        new MessageFields(Schema).Fill(input, transaction, RuleWorld.Now);
        new FeatureFields(Schema, FeaturePlan.Standard.Schema).Fill(input, BuiltInDecider.Vector(new FeatureEngine(FeaturePlan.Standard), transaction));
        return input;
    }

    static TransactionSubmitted Of(long amountMinor, TransactionKind kind = TransactionKind.Transfer) =>
        new(new Guid(1, 0, 0, new byte[8]), "alice", "bob", amountMinor, "EUR", kind, RuleWorld.Now);

    [Theory]
    [InlineData("denied_accounts", "bob", FraudOutcome.Decline, "bob is on the list of denied accounts.")]
    [InlineData("denied_accounts", "alice", FraudOutcome.Decline, "alice is on the list of denied accounts.")]
    [InlineData("watched_accounts", "bob", FraudOutcome.Review, "bob is on the list of watched accounts.")]
    public void Account_when_it_is_on_a_list_is_treated_so(string list, string account, FraudOutcome outcome, string sentence)
    {
        var evaluator = new RuleSetEvaluator(BuiltIn, TimeProvider.System);
        var (input, moment) = (Input(Of(100)), new RuleSetMoment(Lists(list, account), RuleWorld.Now));

        Assert.Equal(outcome, evaluator.Evaluate(input, moment).Outcome);
        Assert.Equal([sentence], evaluator.Reasons(input, moment).Select(r => r.Sentence));
    }

    [Fact]
    public void Destination_when_it_is_allowed_is_not_held_up_by_a_score()
    {
        var evaluator = new RuleSetEvaluator(BuiltIn, TimeProvider.System);
        var input = Input(Of(10_000_000));

        Assert.Equal(FraudOutcome.Review, evaluator.Evaluate(input, new RuleSetMoment(Lists(), RuleWorld.Now)).Outcome);
        Assert.Equal(FraudOutcome.Approve, evaluator.Evaluate(input, new RuleSetMoment(Lists("allowed_destinations", "bob"), RuleWorld.Now)).Outcome);
    }

    [Fact]
    public void Built_in_rules_when_features_are_missing_do_not_fail() =>
        Assert.False(new RuleSetEvaluator(BuiltIn, TimeProvider.System).Evaluate(new RuleInput(Schema), new RuleSetMoment(Lists(), RuleWorld.Now)).Degraded);
}
