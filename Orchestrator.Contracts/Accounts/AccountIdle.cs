namespace Orchestrator.Contracts.Accounts;

/// <summary>Nothing has happened on an open account for long. Topic <c>accounts</c>, keyed by the account.</summary>
/// <param name="AccountId">The account: the key.</param>
/// <param name="LastEventAt">When its last event was recorded, UTC.</param>
/// <param name="At">When that was noticed, UTC.</param>
public sealed record AccountIdle(string AccountId, DateTimeOffset LastEventAt, DateTimeOffset At) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.AccountId(AccountId, "accountId");
        errors.Instant(LastEventAt, "lastEventAt");
        errors.Instant(At, "at");
    }
}
