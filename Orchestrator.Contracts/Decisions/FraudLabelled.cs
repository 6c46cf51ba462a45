using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Decisions;

/// <summary>
/// Somebody knows now whether a transaction was fraud. Topic <c>labels</c>, keyed by the source account. A transaction may be labelled any number of times, by
/// different sources: the last one by <paramref name="LabelledAt"/> counts, and none is ever changed. It may come months after the decision, or before it.
/// </summary>
/// <param name="LabelId">Identifies the label for ever: publishing it twice does nothing twice.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="IsFraud">Whether it was fraud.</param>
/// <param name="Source">Who says so.</param>
/// <param name="LabelledAt">When it was said, UTC.</param>
/// <param name="EffectiveAt">When it became known in the business, UTC: a chargeback's date, for instance. When it was said, if missing.</param>
/// <param name="Reason">Why, for people: a chargeback's code, for instance.</param>
public sealed record FraudLabelled(
    Guid LabelId,
    Guid TransactionId,
    string SourceAccountId,
    bool IsFraud,
    LabelSource Source,
    DateTimeOffset LabelledAt,
    DateTimeOffset? EffectiveAt = null,
    string? Reason = null) : IContract
{
    /// <summary>The longest reason.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(LabelId, "labelId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Instant(LabelledAt, "labelledAt");
        DecisionChecks.Instant(EffectiveAt, "effectiveAt", errors);
        errors.Text(Reason, "reason", MaxReason);
    }
}

/// <summary>Who says whether a transaction was fraud.</summary>
[JsonConverter(typeof(NamedEnumConverter<LabelSource>))]
public enum LabelSource
{
    /// <summary>The card scheme or the bank took the money back.</summary>
    [JsonStringEnumMemberName("chargeback")] Chargeback,

    /// <summary>A case was decided.</summary>
    [JsonStringEnumMemberName("case")] Case,

    /// <summary>The customer reported or confirmed it.</summary>
    [JsonStringEnumMemberName("customer")] Customer,

    /// <summary>An analyst looked at it.</summary>
    [JsonStringEnumMemberName("analyst")] Analyst,
}
