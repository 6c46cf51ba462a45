namespace Orchestrator.Contracts.Accounts;

/// <summary>
/// Asks whether a customer is on a list of those with whom there is no business. Topic <c>accounts</c>, keyed by the account that is applied for.
/// Answered by <see cref="CustomerScreened"/>; asked again, it is answered by the lists as they are then.
/// </summary>
/// <param name="AccountId">The account: the key.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="Name">The whole name.</param>
/// <param name="RequestedAt">When it was asked, UTC.</param>
public sealed record ScreenCustomer(string AccountId, string CustomerId, string Name, DateTimeOffset RequestedAt) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        errors.Required(Name, "name");
        errors.Instant(RequestedAt, "requestedAt");
    }
}

/// <summary>What the lists say about a customer. Topic <c>accounts</c>, keyed by the account that is applied for.</summary>
/// <param name="AccountId">The account: the key.</param>
/// <param name="CustomerId">The customer.</param>
/// <param name="Hits">The entries that match, the best first; empty when there are none.</param>
/// <param name="At">When, UTC.</param>
public sealed record CustomerScreened(string AccountId, string CustomerId, IReadOnlyList<ScreeningHit> Hits, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        errors.Instant(At, "at");
    }
}

/// <summary>An entry of a list that a customer resembles.</summary>
/// <param name="List">The list.</param>
/// <param name="Entry">The entry as it stands there.</param>
/// <param name="Score">How much they are alike: 1000 when they are the same once case, accents and the order of parts are left out.</param>
public sealed record ScreeningHit(string List, string Entry, int Score);
