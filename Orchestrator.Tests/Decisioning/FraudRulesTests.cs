using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.Rules;
using Orchestrator.Decisioning;
using Xunit;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning;

public sealed class FraudRulesTests
{
    readonly FraudRules _rules = new(new DecisioningOptions(), CurrencyScales.Iso);

    [Fact]
    public void Assess_when_the_amount_is_usual_does_approve_without_reasons()
    {
        var assessed = _rules.Assess(HistoryOf(10, 5_000), Of(6_000), Noon);

        Assert.Equal((FraudOutcome.Approve, 0), (assessed.Outcome, assessed.Score));
        Assert.Empty(assessed.Reasons);
    }

    [Theory]
    [InlineData(12_400, FraudOutcome.Approve)] // 2.96 deviations
    [InlineData(12_500, FraudOutcome.Review)] // 3
    [InlineData(34_900, FraudOutcome.Review)] // just below 12
    [InlineData(35_000, FraudOutcome.Decline)] // 12
    public void Assess_when_the_amount_leaves_the_accounts_history_does_escalate(long amountMinor, FraudOutcome expected)
    {
        var assessed = _rules.Assess(HistoryOf(10, 5_000), Of(amountMinor), Noon);

        Assert.Equal(expected, assessed.Outcome);
    }

    [Fact]
    public void Assess_when_the_amount_is_far_above_history_does_say_so_in_a_sentence()
    {
        var reason = Assert.Single(_rules.Assess(HistoryOf(10, 5_000), Of(20_000), Noon).Reasons);

        Assert.Equal("amount_above_history", reason.Rule);
        Assert.Equal(
            "200.00 EUR is 4.0 times the account's mean of 50.00 EUR over 10 transactions, 6.0 standard deviations above it.", reason.Sentence);
    }

    [Fact]
    public void Assess_when_amounts_are_small_does_not_compare_them()
    {
        Assert.Equal(FraudOutcome.Approve, _rules.Assess(HistoryOf(10, 100), Of(1_999), Noon).Outcome);
    }

    [Theory]
    [InlineData(999_999, "EUR", FraudOutcome.Approve)]
    [InlineData(1_000_000, "EUR", FraudOutcome.Review)]
    [InlineData(9_999, "JPY", FraudOutcome.Approve)]
    [InlineData(10_000, "JPY", FraudOutcome.Review)]
    [InlineData(9_999_999, "KWD", FraudOutcome.Approve)]
    [InlineData(long.MaxValue, "EUR", FraudOutcome.Review)]
    public void Assess_when_a_first_payment_is_large_does_ask_for_review(long amountMinor, string currency, FraudOutcome expected)
    {
        Assert.Equal(expected, _rules.Assess(new AccountHistory(), Of(amountMinor, currency: currency), Noon).Outcome);
    }

    [Fact]
    public void Assess_when_another_currency_has_a_history_does_not_compare_with_it()
    {
        Assert.Equal(FraudOutcome.Approve, _rules.Assess(HistoryOf(50, 100), Of(900_000, currency: "USD"), Noon).Outcome);
    }

    [Theory]
    [InlineData(59, FraudOutcome.Approve, 0)]
    [InlineData(60, FraudOutcome.Approve, 1)]
    [InlineData(110, FraudOutcome.Review, 1)]
    public void Assess_when_transactions_come_fast_does_count_them(int before, FraudOutcome expected, int reasons)
    {
        var assessed = _rules.Assess(HistoryOf(before, 5_000, apart: TimeSpan.FromSeconds(10)), Of(5_000), Noon);

        Assert.Equal((expected, reasons), (assessed.Outcome, assessed.Reasons.Count));
    }

    [Fact]
    public void Assess_when_it_is_cash_does_add_to_another_reason_but_is_none_alone()
    {
        Assert.Empty(_rules.Assess(HistoryOf(10, 5_000), Of(5_000, kind: TransactionKind.CashOut), Noon).Reasons);
        Assert.Equal(
            ["amount_above_history", "cash_out"],
            _rules.Assess(HistoryOf(10, 5_000), Of(20_000, kind: TransactionKind.CashOut), Noon).Reasons.Select(r => r.Rule));
    }

    [Fact]
    public void Assess_when_reasons_add_up_does_never_exceed_a_thousand()
    {
        var fast = HistoryOf(120, 5_000, apart: TimeSpan.FromSeconds(10));

        Assert.Equal(1000, _rules.Assess(fast, Of(10_000_000, kind: TransactionKind.CashOut), Noon).Score);
    }

    [Fact]
    public void Version_when_a_threshold_changes_does_change()
    {
        Assert.NotEqual(_rules.Version, new FraudRules(new DecisioningOptions { ReviewScore = 400 }, CurrencyScales.Iso).Version);
        Assert.Equal(_rules.Version, new FraudRules(new DecisioningOptions(), CurrencyScales.Iso).Version);
    }

    static AccountHistory HistoryOf(int count, long amountMinor, TimeSpan? apart = null)
    {
        var history = new AccountHistory();
        for (var i = count; i > 0; i--)
            history.Add(Of(amountMinor, Noon - ((apart ?? TimeSpan.FromDays(1)) * i)), learnAmount: true, Noon);
        return history;
    }
}
