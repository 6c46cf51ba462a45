using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Features;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Deciding;

public sealed class BuiltInRulesTests
{
    readonly BuiltInDecider _rules = new();

    [Fact]
    public void Assess_when_the_amount_is_usual_does_approve_without_reasons()
    {
        var assessed = _rules.Assess(HistoryOf(10, 5_000), Of(6_000));

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
        var assessed = _rules.Assess(HistoryOf(10, 5_000), Of(amountMinor));

        Assert.Equal(expected, assessed.Outcome);
    }

    [Fact]
    public void Assess_when_the_amount_is_far_above_history_does_say_so_in_a_sentence()
    {
        var reason = Assert.Single(_rules.Assess(HistoryOf(10, 5_000), Of(20_000)).Reasons);

        Assert.Equal("amount_above_history", reason.Rule);
        Assert.Equal(
            "200.00 EUR is 4.0 times the account's mean of 50.00 EUR over 10 transactions within 30 days, 6.0 standard deviations above it.", reason.Sentence);
    }

    [Fact]
    public void Assess_when_amounts_are_small_does_not_compare_them()
    {
        Assert.Equal(FraudOutcome.Approve, _rules.Assess(HistoryOf(10, 100), Of(1_999)).Outcome);
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
        Assert.Equal(expected, _rules.Assess(new FeatureEngine(FeaturePlan.Standard), Of(amountMinor, currency: currency)).Outcome);
    }

    [Fact]
    public void Assess_when_the_account_pays_in_another_currency_does_compare_major_units() =>
        Assert.Equal(FraudOutcome.Decline, _rules.Assess(HistoryOf(50, 5_000), Of(50_000, currency: "USD")).Outcome);

    [Fact]
    public void Assess_when_large_amounts_were_declined_does_not_take_them_for_usual()
    {
        var memory = HistoryOf(10, 5_000);
        for (var i = 0; i < 10; i++)
            Assert.Equal(FraudOutcome.Decline, _rules.Assess(memory, Of(40_000, Noon.AddMinutes(i))).Outcome);

        Assert.Equal(FraudOutcome.Decline, _rules.Assess(memory, Of(40_000, Noon.AddHours(2))).Outcome);
    }

    [Theory]
    [InlineData(59, FraudOutcome.Approve, 0)]
    [InlineData(60, FraudOutcome.Approve, 1)]
    [InlineData(110, FraudOutcome.Review, 1)]
    public void Assess_when_transactions_come_fast_does_count_them(int before, FraudOutcome expected, int reasons)
    {
        var assessed = _rules.Assess(HistoryOf(before, 5_000, apart: TimeSpan.FromSeconds(10)), Of(5_000));

        Assert.Equal((expected, reasons), (assessed.Outcome, assessed.Reasons.Count));
    }

    [Fact]
    public void Assess_when_it_is_cash_does_add_to_another_reason_but_is_none_alone()
    {
        Assert.Empty(_rules.Assess(HistoryOf(10, 5_000), Of(5_000, kind: TransactionKind.CashOut)).Reasons);
        Assert.Equal(
            ["amount_above_history", "cash_out"],
            _rules.Assess(HistoryOf(10, 5_000), Of(20_000, kind: TransactionKind.CashOut)).Reasons.Select(r => r.Rule));
    }

    [Fact]
    public void Assess_when_reasons_add_up_does_never_exceed_a_thousand()
    {
        var fast = HistoryOf(120, 5_000, apart: TimeSpan.FromSeconds(10));

        Assert.Equal(1000, _rules.Assess(fast, Of(10_000_000, kind: TransactionKind.CashOut)).Score);
    }

    static FeatureEngine HistoryOf(int count, long amountMinor, TimeSpan? apart = null)
    {
        var memory = new FeatureEngine(FeaturePlan.Standard);
        for (var i = count; i > 0; i--)
            BuiltInDecider.Vector(memory, Of(amountMinor, Noon - ((apart ?? TimeSpan.FromDays(1)) * i)));
        return memory;
    }
}
