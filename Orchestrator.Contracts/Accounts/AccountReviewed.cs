using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// A person has decided about an account: an application that waits, or an account that is frozen. Topic <c>accounts</c>, keyed by the account. It takes effect
/// while the account waits for it; at any other time it changes nothing, and the timeline says so.
/// </summary>
/// <param name="ReviewId">Identifies the review for ever.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Decision">What is to happen.</param>
/// <param name="Actor">Who decided.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record AccountReviewed(
    Guid ReviewId, string AccountId, AccountDecision Decision, string Actor, DateTimeOffset At, string? Reason = null) : IContract
{
    /// <summary>The longest name of a person.</summary>
    public const int MaxActor = 128;

    /// <summary>The longest reason.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ReviewId, "reviewId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(Actor, "actor", MaxActor);
        errors.Text(Reason, "reason", MaxReason);
        errors.Instant(At, "at");
    }
}

/// <summary>What a person decides about an account.</summary>
[JsonConverter(typeof(NamedEnumConverter<AccountDecision>))]
public enum AccountDecision
{
    /// <summary>The application is accepted: the account is opened.</summary>
    [JsonStringEnumMemberName("approve")] Approve,

    /// <summary>The application is turned down, for ever.</summary>
    [JsonStringEnumMemberName("reject")] Reject,

    /// <summary>Nothing is wrong: money may leave the account again.</summary>
    [JsonStringEnumMemberName("unfreeze")] Unfreeze,

    /// <summary>The account is closed for ever, if it is at zero.</summary>
    [JsonStringEnumMemberName("close")] Close,

    /// <summary>It stays frozen; the time to decide begins anew.</summary>
    [JsonStringEnumMemberName("keep_frozen")] KeepFrozen,
}
