using System.Text.Json.Serialization;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Customers;

/// <summary>
/// Something is known about a customer: what other topics say by account or by visitor, said by customer. Topic <c>customer-events</c>, keyed by the customer, so that one
/// lane sees all of a customer.
/// </summary>
/// <param name="FactId">Identifies it for ever: follows from the message that it came from.</param>
/// <param name="CustomerId">The customer: the key.</param>
/// <param name="Kind">What it is; says which of the others are there.</param>
/// <param name="At">When it came about, UTC.</param>
/// <param name="AccountId">The account, for <c>account_opened</c> and <c>money_sent</c>.</param>
/// <param name="AmountMinor">In minor units of <paramref name="Currency"/>, for <c>money_sent</c>.</param>
/// <param name="Currency">ISO 4217, or a configured asset.</param>
/// <param name="Profile">For <c>profile_updated</c>.</param>
/// <param name="Observed">For <c>observed</c>.</param>
public sealed record CustomerFact(
    Guid FactId, string CustomerId, CustomerFactKind Kind, DateTimeOffset At, string? AccountId = null, long? AmountMinor = null, string? Currency = null,
    CustomerProfileUpdated? Profile = null, CustomerObserved? Observed = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(FactId, "factId");
        errors.Required(CustomerId, "customerId");
        errors.Instant(At, "at");
        if (Kind is CustomerFactKind.AccountOpened or CustomerFactKind.MoneySent)
            errors.AccountId(AccountId, "accountId");
        if (Kind == CustomerFactKind.MoneySent)
        {
            errors.Amount(AmountMinor ?? 0, "amountMinor");
            errors.CurrencyCode(Currency, "currency");
        }
        if (Kind == CustomerFactKind.ProfileUpdated && Profile is null)
            errors.Add("missing_field", "profile", "the profile");
        if (Kind == CustomerFactKind.Observed && Observed is null)
            errors.Add("missing_field", "observed", "the observation");
    }
}

/// <summary>What is known.</summary>
[JsonConverter(typeof(NamedEnumConverter<CustomerFactKind>))]
public enum CustomerFactKind
{
    /// <summary>The customer owns the account.</summary>
    [JsonStringEnumMemberName("account_opened")] AccountOpened,

    /// <summary>The customer's profile is another.</summary>
    [JsonStringEnumMemberName("profile_updated")] ProfileUpdated,

    /// <summary>A transaction from one of the customer's accounts has completed.</summary>
    [JsonStringEnumMemberName("money_sent")] MoneySent,

    /// <summary>The customer is active on the site.</summary>
    [JsonStringEnumMemberName("observed")] Observed,

    /// <summary>Nothing new: the segments are to be worked out again, because a definition has changed.</summary>
    [JsonStringEnumMemberName("reconsider")] Reconsider,
}
