using Orchestrator.Contracts.Customers;

namespace Orchestrator.Activity.Customers;

/// <summary>What somebody else says about a customer.</summary>
/// <param name="Version">The highest that has come counts.</param>
/// <param name="Since">Since when the customer is one, UTC.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Tier">The publisher's own grade.</param>
/// <param name="MarketingConsent">Whether the customer may be written to.</param>
/// <param name="Attributes">Entries of the publisher's own.</param>
public sealed record CustomerProfile(
    long Version, DateTimeOffset? Since = null, string? Country = null, string? Tier = null, bool? MarketingConsent = null, IReadOnlyDictionary<string, string>? Attributes = null)
{
    internal static CustomerProfile Of(CustomerProfileUpdated update) => new(
        update.Version, update.CustomerSince is { } since ? CustomerState.Whole(since) : null, update.Country, update.Tier, update.MarketingConsent, update.Attributes);
}
