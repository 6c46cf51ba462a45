namespace Orchestrator.Contracts.Transactions;

/// <summary>
/// The publisher takes the money of a transaction that was authorised, all of it or a part: then the rest is available to the payer again, for a hold is
/// captured once. Topic <c>transactions</c>, keyed by the source account. It takes effect while the transaction is authorised; at any other time, and above what is
/// held, it changes nothing, and the timeline says so.
/// </summary>
/// <param name="RequestId">Identifies the request for ever.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">Its source account: the key.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
/// <param name="AmountMinor">Minor units, at most what is held; null for all of it.</param>
/// <param name="Reason">Why, in the publisher's words.</param>
public sealed record CaptureRequested(
    Guid RequestId, Guid TransactionId, string SourceAccountId, DateTimeOffset RequestedAt, long? AmountMinor = null, string? Reason = null) : IContract
{
    /// <summary>The longest reason.</summary>
    public const int MaxReason = 512;

    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Id(RequestId, "requestId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        if (AmountMinor is { } amount)
            errors.Amount(amount, "amountMinor");
        errors.Instant(RequestedAt, "requestedAt");
        errors.Text(Reason, "reason", MaxReason);
    }
}
