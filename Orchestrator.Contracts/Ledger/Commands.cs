namespace Orchestrator.Contracts.Ledger;

/// <summary>
/// A command to the ledger. Topic <c>ledger-commands</c>, keyed by the account it acts on. The command id is an idempotency key
/// that never expires: the same command again gives the first reply again.
/// </summary>
public interface ILedgerCommand : IContract
{
    /// <summary>Identifies the command for ever.</summary>
    Guid CommandId { get; }

    /// <summary>The transaction on whose behalf it is sent.</summary>
    Guid TransactionId { get; }

    /// <summary>The account it acts on: the key.</summary>
    string AccountId { get; }

    /// <summary>The key of the reply: that of the saga which asked.</summary>
    string ReplyKey { get; }

    /// <summary>When it was sent, UTC.</summary>
    DateTimeOffset RequestedAt { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(CommandId, "commandId");
        errors.Id(TransactionId, "transactionId");
        errors.AccountId(AccountId, "accountId");
        errors.Required(ReplyKey, "replyKey");
        errors.Instant(RequestedAt, "requestedAt");
        if (this is IAmountCommand { AmountMinor: var amount, Currency: var currency })
        {
            errors.Amount(amount, "amountMinor");
            errors.Currency(currency, "currency");
        }
        (this as PlaceHold)?.Onward?.Validate(errors);
        (this as Credit)?.Onward?.Validate(errors);
    }
}

/// <summary>A command that carries money.</summary>
public interface IAmountCommand : ILedgerCommand
{
    /// <summary>Minor units, above zero.</summary>
    long AmountMinor { get; }

    /// <summary>ISO 4217 alphabetic code.</summary>
    string Currency { get; }
}

/// <summary>
/// Reserves an amount on the account. The hold's id is the command's id. Answered by <see cref="HoldPlaced"/> or <see cref="HoldRefused"/>; with an
/// <paramref name="Onward"/> the ledger goes on by itself once the hold is placed, and only the last step, or the first that is refused, is answered.
/// </summary>
public sealed record PlaceHold(
    Guid CommandId, Guid TransactionId, string AccountId, long AmountMinor, string Currency, string ReplyKey, DateTimeOffset RequestedAt,
    TransferOnward? Onward = null) : IAmountCommand;

/// <summary>Takes a hold's amount off the account. Answered by <see cref="HoldCaptured"/> or <see cref="CaptureRefused"/>.</summary>
public sealed record CaptureHold(
    Guid CommandId, Guid TransactionId, string AccountId, Guid HoldId, string ReplyKey, DateTimeOffset RequestedAt,
    TransferTrail? Trail = null) : ILedgerCommand;

/// <summary>Gives a hold's amount back to the account. Answered by <see cref="HoldReleased"/> or <see cref="ReleaseRefused"/>.</summary>
public sealed record ReleaseHold(
    Guid CommandId, Guid TransactionId, string AccountId, Guid HoldId, string ReplyKey, DateTimeOffset RequestedAt) : ILedgerCommand;

/// <summary>
/// Puts an amount on the account. Answered by <see cref="Credited"/> or <see cref="CreditRefused"/>; with an <paramref name="Onward"/> the ledger goes
/// on by itself once the amount is credited, and only the capture, or this command's refusal, is answered.
/// </summary>
public sealed record Credit(
    Guid CommandId, Guid TransactionId, string AccountId, long AmountMinor, string Currency, string ReplyKey, DateTimeOffset RequestedAt,
    CaptureOnward? Onward = null) : IAmountCommand;
