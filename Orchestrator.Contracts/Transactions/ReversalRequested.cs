namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// Somebody asks for a completed transaction to be undone: the destination pays back what it received. Topic <c>transactions</c>, keyed by the source account.
/// It takes effect once the transaction is completed; at any other time it changes nothing, and the timeline says so.
/// </summary>
/// <param name="RequestId">Identifies the request for ever.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="At">When, UTC.</param>
public sealed record ReversalRequested(
    Guid RequestId, Guid TransactionId, string SourceAccountId, string Reason, string Actor, DateTimeOffset At) : IContract
{
    /// <summary>The longest name of a person.</summary>
    public const int MaxActor = 128;

    /// <summary>The longest reason.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(RequestId, "requestId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Required(Reason, "reason", MaxReason);
        errors.Required(Actor, "actor", MaxActor);
        errors.Instant(At, "at");
    }
}
