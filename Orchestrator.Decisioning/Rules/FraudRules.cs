using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.History;

namespace Orchestrator.Decisioning.Rules;

/// <summary>
/// The rules: pure, from an account's history and a transaction to a decision. Each rule adds to the score and says in a sentence what it saw.
/// The history is that before the transaction.
/// </summary>
public sealed class FraudRules(DecisioningOptions options, CurrencyScales currencies)
{
    const int MaxScore = 1000;
    const string RuleSet = "basic-1";

    /// <summary>Which rules decide: the rule set and a hash of what it is configured with, for a threshold changes decisions as code does.</summary>
    public string Version { get; } =
        $"{RuleSet}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(options))))[..8]}";

    /// <summary>Assesses <paramref name="transaction"/>.</summary>
    /// <param name="history">The source account's history, before the transaction.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="now">The present, UTC.</param>
    public FraudAssessed Assess(AccountHistory history, TransactionSubmitted transaction, DateTimeOffset now)
    {
        var reasons = new List<FraudReason>(capacity: 4);
        AddIfAny(reasons, Amount(history.Amounts(transaction.Currency), transaction));
        AddIfAny(reasons, Velocity(history.Times, transaction, now));
        if (transaction.Kind == TransactionKind.CashOut && reasons.Count > 0)
            reasons.Add(new FraudReason("cash_out", 100, "It is taken out in cash, which cannot be got back."));

        var score = Math.Min(MaxScore, reasons.Sum(r => r.Contribution));
        return new FraudAssessed(transaction.TransactionId, transaction.SourceAccountId, Outcome(score), score, reasons, Version, now);
    }

    FraudOutcome Outcome(int score) =>
        score >= options.DeclineScore ? FraudOutcome.Decline : score >= options.ReviewScore ? FraudOutcome.Review : FraudOutcome.Approve;

    FraudReason? Amount(RunningStatistics amounts, TransactionSubmitted transaction) =>
        amounts.Count < options.HistoryCount ? LargeFirstPayment(amounts, transaction) : AmountAboveHistory(amounts, transaction);

    FraudReason? AmountAboveHistory(RunningStatistics amounts, TransactionSubmitted transaction)
    {
        if (transaction.AmountMinor < currencies.Minor(options.SmallAmountMajor, transaction.Currency))
            return null;
        // An account that always pays the same has no spread; half of its mean keeps a small change from looking extreme.
        var spread = Math.Max(amounts.StandardDeviation, Math.Max(amounts.Mean / 2, 1));
        var deviations = (transaction.AmountMinor - amounts.Mean) / spread;
        if (deviations < options.SuspiciousDeviations)
            return null;
        var contribution = Between(deviations, options.SuspiciousDeviations, options.ExtremeDeviations, 500, 900);
        return new FraudReason(
            "amount_above_history",
            contribution,
            $"{Money(transaction.AmountMinor, transaction.Currency)} is {Number(transaction.AmountMinor / amounts.Mean)} times the account's mean of " +
            $"{Money((long)Math.Round(amounts.Mean), transaction.Currency)} over {amounts.Count} transactions, {Number(deviations)} standard deviations above it.");
    }

    FraudReason? LargeFirstPayment(RunningStatistics amounts, TransactionSubmitted transaction)
    {
        var limit = currencies.Minor(options.LargeFirstAmountMajor, transaction.Currency);
        if (transaction.AmountMinor < limit)
            return null;
        var contribution = Between((double)transaction.AmountMinor / limit, 1, 10, 500, 700);
        return new FraudReason(
            "large_first_payment",
            contribution,
            $"{Money(transaction.AmountMinor, transaction.Currency)} from an account with only {amounts.Count} earlier transactions in {transaction.Currency}; " +
            $"{Money(limit, transaction.Currency)} or more is unusual before {options.HistoryCount}.");
    }

    FraudReason? Velocity(RecentTimes times, TransactionSubmitted transaction, DateTimeOffset now)
    {
        // Null: the event comes so late that its hour is not remembered any more; then its amount alone decides.
        if (times.CountInWindow(transaction.OccurredAt, now) is not { } before || before + 1 <= options.VelocityPerHour)
            return null;
        var count = before + 1;
        var contribution = Between(count, options.VelocityPerHour, options.VelocityPerHour * 2.0, 250, 600);
        var amount = before >= RecentTimes.Capacity ? $"At least {count}" : $"{count}";
        return new FraudReason("velocity", contribution, $"{amount} transactions within the hour; more than {options.VelocityPerHour} is unusual.");
    }

    static int Between(double value, double from, double to, int low, int high) =>
        (int)Math.Round(low + ((high - low) * Math.Clamp((value - from) / (to - from), 0, 1)));

    string Money(long minor, string currency)
    {
        var digits = currencies.MinorDigits(currency);
        return $"{((decimal)minor / (long)Math.Pow(10, digits)).ToString($"N{digits}", CultureInfo.InvariantCulture)} {currency}";
    }

    static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    static void AddIfAny(List<FraudReason> reasons, FraudReason? reason)
    {
        if (reason is not null)
            reasons.Add(reason);
    }
}
