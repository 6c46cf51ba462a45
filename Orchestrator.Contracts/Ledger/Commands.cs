using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

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
            errors.CurrencyCode(currency, "currency");
        }
        switch (this)
        {
            case PlaceHold hold:
                hold.Onward?.Validate(errors);
                if (hold.CounterpartyAccountId is { } counterparty)
                    errors.AccountId(counterparty, "counterpartyAccountId");
                if (hold.ExpiresAt is { } expiresAt)
                    errors.Instant(expiresAt, "expiresAt");
                if (hold is { ExpiresAt: not null, Onward: not null })
                    errors.Add("expiry_with_onward", "expiresAt", "a hold that the ledger captures by itself does not expire");
                break;
            case CaptureHold { AmountMinor: { } captured }:
                errors.Amount(captured, "amountMinor");
                break;
            case Credit credit:
                credit.Onward?.Validate(errors);
                break;
            case Transfer transfer:
                errors.AccountId(transfer.DestinationAccountId, "destinationAccountId");
                break;
            case Reverse reverse:
                errors.Id(reverse.CreditId, "creditId");
                break;
        }
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
/// With an <paramref name="ExpiresAt"/> the hold is given back at that instant unless it was resolved before, and <see cref="HoldExpired"/> says so.
/// <paramref name="CounterpartyAccountId"/> is who will be paid, where that is known and an onward does not say it.
/// </summary>
public sealed record PlaceHold(
    Guid CommandId, Guid TransactionId, string AccountId, long AmountMinor, string Currency, string ReplyKey, DateTimeOffset RequestedAt,
    TransferOnward? Onward = null, DateTimeOffset? ExpiresAt = null, string? CounterpartyAccountId = null) : IAmountCommand;

/// <summary>
/// Takes a hold's amount off the account, or a part of it: then the rest is available again, for a hold is captured once.
/// Answered by <see cref="HoldCaptured"/> or <see cref="CaptureRefused"/>.
/// </summary>
/// <param name="CommandId">Identifies the command for ever.</param>
/// <param name="TransactionId">The transaction on whose behalf it is sent.</param>
/// <param name="AccountId">The account that the hold is on: the key.</param>
/// <param name="HoldId">The hold.</param>
/// <param name="ReplyKey">The key of the reply.</param>
/// <param name="RequestedAt">When it was sent, UTC.</param>
/// <param name="Trail">The steps before, where the ledger took them by itself.</param>
/// <param name="AmountMinor">Minor units, at most what is held; null for all of it.</param>
public sealed record CaptureHold(
    Guid CommandId, Guid TransactionId, string AccountId, Guid HoldId, string ReplyKey, DateTimeOffset RequestedAt,
    TransferTrail? Trail = null, long? AmountMinor = null) : ILedgerCommand;

/// <summary>
/// Gives a hold's amount back to the account; <paramref name="Reason"/> is kept with the event. Answered by <see cref="HoldReleased"/> or
/// <see cref="ReleaseRefused"/>.
/// </summary>
public sealed record ReleaseHold(
    Guid CommandId, Guid TransactionId, string AccountId, Guid HoldId, string ReplyKey, DateTimeOffset RequestedAt,
    TransferTrail? Trail = null, string? Reason = null) : ILedgerCommand;

/// <summary>
/// Puts an amount on the account. Answered by <see cref="Credited"/> or <see cref="CreditRefused"/>; with an <paramref name="Onward"/> the ledger goes
/// on by itself once the amount is credited, and only the capture, or this command's refusal, is answered.
/// </summary>
public sealed record Credit(
    Guid CommandId, Guid TransactionId, string AccountId, long AmountMinor, string Currency, string ReplyKey, DateTimeOffset RequestedAt,
    CaptureOnward? Onward = null, PostingPurpose Purpose = PostingPurpose.Transfer) : IAmountCommand;

/// <summary>Takes an amount off the account without a hold. Answered by <see cref="Debited"/> or <see cref="DebitRefused"/>.</summary>
public sealed record Debit(
    Guid CommandId, Guid TransactionId, string AccountId, long AmountMinor, string Currency, string ReplyKey, DateTimeOffset RequestedAt,
    PostingPurpose Purpose = PostingPurpose.Settlement) : IAmountCommand;

/// <summary>
/// Moves an amount from the account to another of the same currency, whole or not at all: the ledger holds, credits and captures by itself, and
/// gives the hold back when the credit is refused. Answered once, by <see cref="TransferPosted"/> or <see cref="TransferRefused"/>.
/// </summary>
public sealed record Transfer(
    Guid CommandId, Guid TransactionId, string AccountId, string DestinationAccountId, long AmountMinor, string Currency, string ReplyKey,
    DateTimeOffset RequestedAt) : IAmountCommand;

/// <summary>
/// Undoes a transfer by a new one in the other direction, of the whole amount. It acts on the account that received. A transfer is reversed once.
/// Answered as <see cref="Transfer"/>.
/// </summary>
/// <param name="CommandId">Identifies the command for ever.</param>
/// <param name="TransactionId">The new transfer's transaction.</param>
/// <param name="AccountId">The account that received: the key.</param>
/// <param name="CreditId">The id of the credit that is undone: the command of that account's event.</param>
/// <param name="ReplyKey">The key of the reply.</param>
/// <param name="RequestedAt">When it was sent, UTC.</param>
public sealed record Reverse(
    Guid CommandId, Guid TransactionId, string AccountId, Guid CreditId, string ReplyKey, DateTimeOffset RequestedAt) : ILedgerCommand;

/// <summary>What stands at the other side of a posting.</summary>
[JsonConverter(typeof(NamedEnumConverter<PostingPurpose>))]
public enum PostingPurpose
{
    /// <summary>Another account of the ledger, by way of the clearing account.</summary>
    [JsonStringEnumMemberName("transfer")] Transfer,

    /// <summary>The world outside: deposits and withdrawals.</summary>
    [JsonStringEnumMemberName("settlement")] Settlement,

    /// <summary>The house: fees, and fees that are given back.</summary>
    [JsonStringEnumMemberName("fee")] Fee,

    /// <summary>Nobody yet: what is still to be clarified.</summary>
    [JsonStringEnumMemberName("suspense")] Suspense,
}
