using Orchestrator.Contracts;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>The account's timer is due. It comes from the lane's durable timers, never over a topic.</summary>
/// <param name="AccountId">The account: the key.</param>
public sealed record AccountDeadline(string AccountId) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors) => errors.AccountId(AccountId, "accountId");
}
