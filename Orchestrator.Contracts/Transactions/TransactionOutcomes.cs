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

/// <summary>The money has moved: the hold is captured and the destination credited. From here on it can only be reversed.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="DestinationAccountId">The account that received.</param>
/// <param name="AmountMinor">What has moved, minor units: less than what was submitted when a part was captured.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="At">When, UTC.</param>
/// <param name="ReleasedMinor">What was held beyond that, and is available to the payer again; null when there is none.</param>
public sealed record TransactionCompleted(
    Guid TransactionId, string SourceAccountId, string DestinationAccountId, long AmountMinor, string Currency, DateTimeOffset At,
    long? ReleasedMinor = null) : ITransactionEvent;

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

/// <summary>It is approved, the funds are on hold, and the publisher captures them later.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="AmountMinor">What is held, minor units: the most that can be captured.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="ExpiresAt">When the hold is given back if nobody captures it, UTC.</param>
/// <param name="At">When, UTC.</param>
public sealed record TransactionAuthorised(
    Guid TransactionId, string SourceAccountId, long AmountMinor, string Currency, DateTimeOffset ExpiresAt, DateTimeOffset At) : ITransactionEvent;

/// <summary>A completed transaction was undone: the destination has paid back what it received. Terminal.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="SourceAccountId">The key.</param>
/// <param name="AmountMinor">What went back, minor units.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="Reason">Why, in the words of whoever asked.</param>
/// <param name="At">When, UTC.</param>
public sealed record TransactionReversed(
    Guid TransactionId, string SourceAccountId, long AmountMinor, string Currency, string Reason, DateTimeOffset At) : ITransactionEvent;
