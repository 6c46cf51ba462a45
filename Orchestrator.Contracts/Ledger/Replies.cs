namespace Orchestrator.Contracts.Ledger;

/// <summary>What became of a command. Topic <c>ledger-replies</c>, keyed by the command's reply key.</summary>
public interface ILedgerReply : IContract
{
    /// <summary>The command it answers.</summary>
    Guid CommandId { get; }

    /// <summary>The transaction on whose behalf the command was sent.</summary>
    Guid TransactionId { get; }

    /// <summary>The command's reply key.</summary>
    string ReplyKey { get; }

    /// <summary>When it was decided, UTC.</summary>
    DateTimeOffset At { get; }

    /// <inheritdoc />
    void IContract.Validate(ContractErrors errors)
    {
        errors.Id(CommandId, "commandId");
        errors.Id(TransactionId, "transactionId");
        errors.Required(ReplyKey, "replyKey");
        errors.Instant(At, "at");
    }
}

/// <summary>The amount is reserved; <paramref name="HoldId"/> is what capture and release point at.</summary>
public sealed record HoldPlaced(Guid CommandId, Guid TransactionId, Guid HoldId, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>Nothing was reserved; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>.</summary>
public sealed record HoldRefused(Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>The held amount has left the account; <paramref name="Trail"/> tells of the steps before, where the ledger took them by itself.</summary>
public sealed record HoldCaptured(
    Guid CommandId, Guid TransactionId, Guid HoldId, string ReplyKey, DateTimeOffset At, TransferTrail? Trail = null) : ILedgerReply;

/// <summary>The hold was not captured; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>.</summary>
public sealed record CaptureRefused(
    Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At, TransferTrail? Trail = null) : ILedgerReply;

/// <summary>The held amount is available again.</summary>
public sealed record HoldReleased(Guid CommandId, Guid TransactionId, Guid HoldId, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>The hold was not released; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>.</summary>
public sealed record ReleaseRefused(Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>The amount is on the account.</summary>
public sealed record Credited(Guid CommandId, Guid TransactionId, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>
/// Nothing was credited; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>. With a <paramref name="Trail"/> the hold is still there.
/// </summary>
public sealed record CreditRefused(
    Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At, TransferTrail? Trail = null) : ILedgerReply;

/// <summary>The amount is off the account.</summary>
public sealed record Debited(Guid CommandId, Guid TransactionId, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>Nothing was debited; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>.</summary>
public sealed record DebitRefused(Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>The hold's time is over and its amount is available again. The command id is that of the <see cref="PlaceHold"/>.</summary>
public sealed record HoldExpired(Guid CommandId, Guid TransactionId, Guid HoldId, string ReplyKey, DateTimeOffset At) : ILedgerReply;

/// <summary>The amount has left the one account and is on the other.</summary>
public sealed record TransferPosted(Guid CommandId, Guid TransactionId, string ReplyKey, DateTimeOffset At, TransferTrail Trail) : ILedgerReply;

/// <summary>
/// No money has moved; <paramref name="Reason"/> is one of <see cref="LedgerRefusals"/>. Of linked transfers, <paramref name="FailedIndex"/> is the place,
/// from 0, of the one that failed.
/// </summary>
public sealed record TransferRefused(
    Guid CommandId, Guid TransactionId, string Reason, string ReplyKey, DateTimeOffset At, int? FailedIndex = null) : ILedgerReply;

/// <summary>The stable names of what the ledger refuses.</summary>
public static class LedgerRefusals
{
    /// <summary>No such account.</summary>
    public const string AccountNotFound = "account_not_found";

    /// <summary>The account is frozen: no money leaves it, and it is not closed.</summary>
    public const string AccountFrozen = "account_frozen";

    /// <summary>The account is not frozen, so there is nothing to end.</summary>
    public const string AccountNotFrozen = "account_not_frozen";

    /// <summary>The account is closed.</summary>
    public const string AccountClosed = "account_closed";

    /// <summary>There is money on the account, or something is pending, so it is not closed.</summary>
    public const string AccountNotEmpty = "account_not_empty";

    /// <summary>The available balance, pending amounts and overdraft counted, does not cover the amount.</summary>
    public const string InsufficientFunds = "insufficient_funds";

    /// <summary>The command's currency is not the account's.</summary>
    public const string CurrencyMismatch = "currency_mismatch";

    /// <summary>The command's currency is neither one of ISO 4217 nor a configured asset.</summary>
    public const string UnknownCurrency = "unknown_currency";

    /// <summary>The amount is above the account's limit per transaction.</summary>
    public const string OverTransactionLimit = "over_transaction_limit";

    /// <summary>The amount and what has left the account today, or is held, are together above the account's limit per day (UTC).</summary>
    public const string OverDailyLimit = "over_daily_limit";

    /// <summary>The source is the destination.</summary>
    public const string SameAccount = "same_account";

    /// <summary>The hold would have expired before it began.</summary>
    public const string ExpiryInThePast = "expiry_in_the_past";

    /// <summary>The amount is above what the hold has reserved.</summary>
    public const string ExceedsHold = "exceeds_hold";

    /// <summary>The hold's time is over.</summary>
    public const string HoldExpired = "hold_expired";

    /// <summary>This account received no such transfer.</summary>
    public const string TransferNotFound = "transfer_not_found";

    /// <summary>The transfer was reversed before, or is being reversed.</summary>
    public const string AlreadyReversed = "already_reversed";

    /// <summary>No such hold on this account.</summary>
    public const string HoldNotFound = "hold_not_found";

    /// <summary>The hold was captured before.</summary>
    public const string HoldAlreadyCaptured = "hold_already_captured";

    /// <summary>The hold was released before.</summary>
    public const string HoldAlreadyReleased = "hold_already_released";

    /// <summary>Another of the linked transfers failed, so that none takes effect.</summary>
    public const string LinkedTransferFailed = "linked_transfer_failed";

    /// <summary>The accounts of the linked transfers did not all answer in time.</summary>
    public const string LinkedTimedOut = "linked_timed_out";

    /// <summary>The hold is of linked transfers, and only their end resolves it.</summary>
    public const string HoldIsLinked = "hold_is_linked";

    /// <summary>The command id was used before with another body.</summary>
    public const string ExistsWithDifferentBody = "exists_with_different_body";

    /// <summary>The balance would exceed what a 64-bit count of minor units can hold.</summary>
    public const string BalanceOverflow = "balance_overflow";
}
