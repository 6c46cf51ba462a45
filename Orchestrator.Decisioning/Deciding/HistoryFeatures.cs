using System.Security.Cryptography;
using System.Text;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.History;
using Orchestrator.Decisioning.RuleSets;

namespace Orchestrator.Decisioning.Deciding;

/// <summary>
/// The features that are known of a transaction's source account, as the vector that rules see and that is kept with the decision: 32-bit floats, so that
/// what is decided again later is decided from the same numbers to the last bit.
/// </summary>
public static class HistoryFeatures
{
    /// <summary>Their names, in the order of the vector.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BuiltInRuleSet.Features.Select(f => f.Name)];

    /// <summary>What the numbers mean: a hash of the names.</summary>
    public static string Schema { get; } = $"history-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', Names))))[..8]}";

    /// <summary>Computes them.</summary>
    /// <param name="history">The account's history before the transaction.</param>
    /// <param name="transaction">The transaction.</param>
    /// <param name="now">The present, UTC.</param>
    /// <param name="currencies">How many decimal digits amounts have; of ISO 4217 when null.</param>
    /// <returns>The vector; not a number where something is not known.</returns>
    public static float[] Of(AccountHistory history, TransactionSubmitted transaction, DateTimeOffset now, CurrencyScales? currencies = null)
    {
        var amounts = history.Amounts(transaction.Currency);
        var major = Math.Pow(10, (currencies ?? CurrencyScales.Iso).MinorDigits(transaction.Currency));
        return
        [
            amounts.Count,
            amounts.Count == 0 ? float.NaN : (float)(amounts.Mean / major),
            amounts.Count == 0 ? float.NaN : (float)(amounts.StandardDeviation / major),
            // An event that comes so late that its hour is not remembered any more is judged by its amount alone.
            history.Times.CountInWindow(transaction.OccurredAt, now) is { } before ? before + 1 : float.NaN,
        ];
    }
}
