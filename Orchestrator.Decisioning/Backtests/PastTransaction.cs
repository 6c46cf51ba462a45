using System.Runtime.InteropServices;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Decisioning.Backtests;

/// <summary>A transaction of the past, as it came then, with what is known of it now.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="ReceivedAt">When it came, UTC.</param>
/// <param name="DecidedAt">What counted as now when it was decided, UTC.</param>
/// <param name="Live">What was decided then; null where that is not known.</param>
/// <param name="Labels">What was said about it since, the one that counts first.</param>
public sealed record PastTransaction(
    TransactionSubmitted Transaction, DateTimeOffset ReceivedAt, DateTimeOffset DecidedAt, PastDecision? Live, IReadOnlyList<PastLabel> Labels)
{
    /// <summary>Whether it was fraud, as far as anybody knows.</summary>
    public Truth Truth => Labels.Count == 0 ? Truth.Unlabelled : Labels[0].IsFraud ? Truth.Fraud : Truth.Genuine;
}

/// <summary>What was decided live.</summary>
/// <param name="Outcome">What was done.</param>
/// <param name="Score">0 to 1000.</param>
/// <param name="Versions">Which rules and which model decided.</param>
/// <param name="FeatureSchema">What the numbers of the vector mean.</param>
/// <param name="Features">The vector; null where none was kept.</param>
public sealed record PastDecision(FraudOutcome Outcome, int Score, string Versions, string? FeatureSchema = null, byte[]? Features = null);

/// <summary>A label of the past.</summary>
/// <param name="IsFraud">What it says.</param>
/// <param name="LabelledAt">When it was said, UTC.</param>
/// <param name="EffectiveAt">When it became known in the business, UTC; when it was said where that is null.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PastLabel(bool IsFraud, DateTimeOffset LabelledAt, DateTimeOffset? EffectiveAt = null);
