namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// The publisher takes a transaction back. Topic <c>transactions</c>, keyed by the source account. It takes effect while the
/// transaction still waits; once the credit is under way it is refused, and the timeline says so. It may arrive before the submission.
/// </summary>
/// <param name="TransactionId">The transaction to cancel.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
/// <param name="Reason">Why, in the publisher's words.</param>
public sealed record TransactionCancelled(Guid TransactionId, string SourceAccountId, DateTimeOffset RequestedAt, string? Reason = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Text(Reason, "reason", maxLength: 512);
        errors.Instant(RequestedAt, "requestedAt");
    }
}
