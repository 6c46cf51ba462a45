namespace Orchestrator.Contracts.Customers;

/// <summary>
/// What is known about a customer has changed. Topic <c>accounts</c>, keyed by one of the customer's accounts. Updates may come out of order: the highest
/// <paramref name="Version"/> counts, and one that is older than what is known changes nothing.
/// </summary>
/// <param name="UpdateId">Identifies the update for ever.</param>
/// <param name="AccountId">An account of the customer: the key.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="Version">Counts the customer's profile, upwards from 1.</param>
/// <param name="UpdatedAt">When it was changed, UTC.</param>
/// <param name="CustomerSince">Since when the customer is one, UTC.</param>
/// <param name="Country">ISO 3166-1 alpha-2, upper case.</param>
/// <param name="Tier">The publisher's own grade, for instance <c>gold</c>.</param>
/// <param name="MarketingConsent">Whether the customer may be written to.</param>
/// <param name="Attributes">Up to 32 entries of the publisher's own, which segments may ask for. No names and addresses of people.</param>
public sealed record CustomerProfileUpdated(
    Guid UpdateId, string AccountId, string CustomerId, long Version, DateTimeOffset UpdatedAt, DateTimeOffset? CustomerSince = null, string? Country = null,
    string? Tier = null, bool? MarketingConsent = null, IReadOnlyDictionary<string, string>? Attributes = null) : IContract
{
    /// <summary>The most entries that <see cref="Attributes"/> may have.</summary>
    public const int MaxAttributes = 32;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(UpdateId, "updateId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        if (Version < 1)
            errors.Add("version_out_of_range", "version", "from 1");
        errors.Instant(UpdatedAt, "updatedAt");
        if (CustomerSince is { } since)
            errors.Instant(since, "customerSince");
        if (Country is not null && (Country.Length != 2 || !Country.All(char.IsAsciiLetterUpper)))
            errors.Add("unknown_country", "country", "two upper-case letters of ISO 3166-1");
        errors.Text(Tier, "tier", maxLength: 64);
        if (Attributes is null)
            return;
        if (Attributes.Count > MaxAttributes)
            errors.Add("too_many_entries", "attributes", $"at most {MaxAttributes} entries");
        foreach (var (key, value) in Attributes)
        {
            errors.Text(key, "attributes", maxLength: 64);
            errors.Text(value, "attributes", maxLength: 256);
        }
    }
}
