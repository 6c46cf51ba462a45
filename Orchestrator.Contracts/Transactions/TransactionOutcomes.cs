namespace Orchestrator.Contracts.Transactions;

/// <summary>What every announcement about a transaction's end or milestone carries. Topic <c>saga-events</c>, keyed by the source account.</summary>
public interface ITransactionEvent : IContract
{
    /// <summary>The transaction.</summary>
    Guid TransactionId { get; }

    /// <summary>Its source account: the key.</summary>
    string SourceAccountId { get; }

    /// <summary>When it came about, UTC.</summary>
    DateTimeOffset At { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(SourceAccountId, "sourceAccountId");
        errors.Instant(At, "at");
    }
}

/// <summary>The money has moved: the hold is captured and the destination credited. Terminal.</summary>
public sealed record TransactionCompleted(
    Guid TransactionId, string SourceAccountId, string DestinationAccountId, long AmountMinor, string Currency, DateTimeOffset At) : ITransactionEvent;

/// <summary>The transaction was declined and no money has moved. Terminal.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="Reason">A stable name: for instance <c>fraud_declined</c>, <c>insufficient_funds</c>, <c>account_not_found</c>, <c>review_expired</c>.</param>
/// <param name="At">When, UTC.</param>
public sealed record TransactionDeclined(Guid TransactionId, string SourceAccountId, string Reason, DateTimeOffset At) : ITransactionEvent;

/// <summary>A later step failed after funds were held; the hold was released. No money has moved. Terminal.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="Reason">The refusal that caused the compensation, by its stable name.</param>
/// <param name="At">When, UTC.</param>
public sealed record TransactionCompensated(Guid TransactionId, string SourceAccountId, string Reason, DateTimeOffset At) : ITransactionEvent;

/// <summary>The transaction was cancelled at the publisher's request and no money has moved. Terminal.</summary>
public sealed record TransactionVoided(Guid TransactionId, string SourceAccountId, DateTimeOffset At, string? Reason = null) : ITransactionEvent;

/// <summary>The funds are on hold and the transaction waits for a person's review.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="ExpiresAt">When the default is taken if nobody decides, UTC.</param>
/// <param name="At">When, UTC.</param>
public sealed record TransactionHeld(Guid TransactionId, string SourceAccountId, DateTimeOffset ExpiresAt, DateTimeOffset At) : ITransactionEvent;
