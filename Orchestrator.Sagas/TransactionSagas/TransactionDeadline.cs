using Orchestrator.Contracts;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>The transaction's timer is due. It comes from the lane's durable timers, never over a topic.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
public sealed record TransactionDeadline(Guid TransactionId, string SourceAccountId) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
    }
}
