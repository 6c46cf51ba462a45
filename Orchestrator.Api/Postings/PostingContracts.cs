using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Api.Postings;

/// <summary>Asks for a transfer between two accounts of one currency.</summary>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset.</param>
/// <param name="TransferId">Identifies the transfer for ever; follows from the Idempotency-Key when there is none.</param>
/// <param name="Linked">In a bulk: whether it takes effect only together with the one that follows.</param>
public sealed record TransferRequest(
    string SourceAccountId, string DestinationAccountId, long AmountMinor, string Currency, Guid? TransferId = null, bool Linked = false)
{
    internal ILedgerCommand ToCommand(Guid id, DateTimeOffset at) =>
        new Transfer(id, id, SourceAccountId, DestinationAccountId, AmountMinor, Currency, SourceAccountId, at);

    internal LinkedTransfer ToLinked() => new(TransferId ?? Guid.Empty, SourceAccountId, DestinationAccountId, AmountMinor, Currency);
}

/// <summary>Asks for the reversal of a transfer.</summary>
/// <param name="TransferId">Identifies the new transfer for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record ReverseRequest(Guid? TransferId = null);

/// <summary>Asks for a hold.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="AmountMinor">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset.</param>
/// <param name="ExpiresAt">When it is given back unless it was resolved before, UTC; null for never.</param>
/// <param name="HoldId">Identifies the hold for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record HoldRequest(string AccountId, long AmountMinor, string Currency, DateTimeOffset? ExpiresAt = null, Guid? HoldId = null);

/// <summary>Asks for a hold to be captured.</summary>
/// <param name="AmountMinor">Minor units, at most what is held; null for all. What is left is available again.</param>
/// <param name="CommandId">Identifies the request for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record CaptureRequest(long? AmountMinor = null, Guid? CommandId = null);

/// <summary>Asks for a hold to be released.</summary>
/// <param name="Reason">Why; kept with the event.</param>
/// <param name="CommandId">Identifies the request for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record ReleaseRequest(string? Reason = null, Guid? CommandId = null);

/// <summary>Asks for a debit or a credit.</summary>
/// <param name="AmountMinor">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset.</param>
/// <param name="Purpose">What stands at the other side: settlement, fee or suspense.</param>
/// <param name="CommandId">Identifies the request for ever; follows from the Idempotency-Key when there is none.</param>
public sealed record PostingRequest(long AmountMinor, string Currency, PostingPurpose Purpose = PostingPurpose.Settlement, Guid? CommandId = null);

/// <summary>The command is on its way to the ledger, which decides it.</summary>
/// <param name="CommandId">The request's id; of a transfer or a hold it is its id too.</param>
/// <param name="AccountId">The account that it acts on.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
public sealed record PostingAccepted(Guid CommandId, string AccountId, DateTimeOffset RequestedAt);

/// <summary>Asks for many transfers at once; each is taken or refused by itself, those that are linked all together.</summary>
/// <param name="Transfers">1 to 1,000, each with its transferId.</param>
public sealed record BulkTransferRequest(IReadOnlyList<TransferRequest> Transfers);

/// <summary>What became of each transfer of a bulk.</summary>
/// <param name="Accepted">How many are on their way to the ledger.</param>
/// <param name="Items">One for each, in the order of the request.</param>
public sealed record BulkTransferResult(int Accepted, IReadOnlyList<BulkTransferItem> Items);

/// <summary>What became of one transfer of a bulk.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="TransferId">Its id; where to look after it is /v1/transfers/{id}.</param>
/// <param name="Errors">What is wrong with it, field by field.</param>
/// <param name="FailedIndex">The place in the request of the transfer that it is linked to and that cannot be taken.</param>
public sealed record BulkTransferItem(
    int Index, BulkOutcome Outcome, Guid? TransferId = null, IReadOnlyList<Problems.ProblemField>? Errors = null, int? FailedIndex = null);

/// <summary>What became of one transfer of a bulk.</summary>
[JsonConverter(typeof(NamedEnumConverter<BulkOutcome>))]
public enum BulkOutcome
{
    /// <summary>It is on its way to the ledger.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>It was accepted before, and is not asked for again.</summary>
    [JsonStringEnumMemberName("repeated")] Repeated,

    /// <summary>Its id was used before with another body.</summary>
    [JsonStringEnumMemberName("exists")] Exists,

    /// <summary>A value is not acceptable.</summary>
    [JsonStringEnumMemberName("invalid")] Invalid,

    /// <summary>Another that it is linked to cannot be taken, so neither is it.</summary>
    [JsonStringEnumMemberName("linked_transfer_failed")] LinkedTransferFailed,
}

/// <summary>What would become of each transfer of a bulk as the accounts are now, one after another. Nothing is asked of the ledger.</summary>
/// <param name="Posted">How many would be posted.</param>
/// <param name="Items">One for each, in the order of the request.</param>
public sealed record BulkDryRun(int Posted, IReadOnlyList<BulkDryRunItem> Items);

/// <summary>What would become of one transfer of a bulk.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Posted">Whether the money would move.</param>
/// <param name="Reason">Why not, by its stable name; <c>invalid</c> when a value is not acceptable.</param>
/// <param name="Errors">What is wrong with it, field by field.</param>
/// <param name="FailedIndex">The place in the request of the transfer that it is linked to and that fails.</param>
public sealed record BulkDryRunItem(
    int Index, bool Posted, string? Reason = null, IReadOnlyList<Problems.ProblemField>? Errors = null, int? FailedIndex = null);

/// <summary>What would become of a transfer as the accounts are now. Nothing is asked of the ledger.</summary>
/// <param name="Posted">Whether the money would move.</param>
/// <param name="Reason">Why not, by its stable name.</param>
/// <param name="SourceAvailableMinor">What could still be spent afterwards, minor units.</param>
public sealed record TransferDryRun(bool Posted, string? Reason = null, long? SourceAvailableMinor = null);
