namespace Orchestrator.Contracts.Activity;

/// <summary>
/// What the owner of an account is doing on the site, offered to whoever decides about the account's transactions. Topic <c>activity-features</c>, keyed by the account.
/// A later one replaces an earlier one of the same account.
/// </summary>
/// <param name="ObservationId">Identifies it for ever: from the observation and the account.</param>
/// <param name="AccountId">The account: the key.</param>
/// <param name="CustomerId">Its owner.</param>
/// <param name="At">When the owner did what gave rise to it, UTC.</param>
/// <param name="SessionStartedAt">When the session began, UTC.</param>
/// <param name="PagesInSession">How many page views the session has had.</param>
/// <param name="SessionsInHour">How many sessions were there in the hour up to <paramref name="At"/>.</param>
/// <param name="NewDevice">Whether the session is on a device on which the visitor was not seen before.</param>
/// <param name="LoggedInAt">When the owner last logged in during the session, UTC; null when that was not seen.</param>
public sealed record ActivityFeatures(
    Guid ObservationId, string AccountId, string CustomerId, DateTimeOffset At, DateTimeOffset SessionStartedAt, int PagesInSession, int SessionsInHour, bool NewDevice,
    DateTimeOffset? LoggedInAt = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(ObservationId, "observationId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(CustomerId, "customerId");
        errors.Instant(At, "at");
        errors.Instant(SessionStartedAt, "sessionStartedAt");
    }
}
