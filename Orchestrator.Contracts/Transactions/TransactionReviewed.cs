using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// A person has looked at a transaction whose funds are on hold. Topic <c>transactions</c>, keyed by the source account. It takes effect while the transaction is
/// held; at any other time it changes nothing, and the timeline says so.
/// </summary>
/// <param name="ReviewId">Identifies the review for ever.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="Decision">What is to happen.</param>
/// <param name="ReviewedBy">Who decided.</param>
/// <param name="ReviewedAt">When, UTC.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record TransactionReviewed(
    Guid ReviewId, Guid TransactionId, string SourceAccountId, ReviewDecision Decision, string ReviewedBy, DateTimeOffset ReviewedAt, string? Reason = null) : IContract
{
    /// <summary>The longest name of a person.</summary>
    public const int MaxReviewer = 128;

    /// <summary>The longest reason: as long as that of the label which follows.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ReviewId, "reviewId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Required(ReviewedBy, "reviewedBy", MaxReviewer);
        errors.Text(Reason, "reason", MaxReason);
        errors.Instant(ReviewedAt, "reviewedAt");
    }
}

/// <summary>What a person decides about a transaction whose funds are on hold.</summary>
[JsonConverter(typeof(NamedEnumConverter<ReviewDecision>))]
public enum ReviewDecision
{
    /// <summary>It is genuine: the posting goes on.</summary>
    [JsonStringEnumMemberName("release")] Release,

    /// <summary>It is fraud: the customer has the funds back, and the transaction is declined.</summary>
    [JsonStringEnumMemberName("confirm_fraud")] ConfirmFraud,

    /// <summary>More has to be known first: the time to review begins anew.</summary>
    [JsonStringEnumMemberName("ask_for_more")] AskForMore,
}
