using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Api.Transactions;

/// <summary>Asks for money to move.</summary>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Amount in minor units (cents for EUR), above zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code, or that of a configured asset, upper case.</param>
/// <param name="Kind">What kind of movement it is.</param>
/// <param name="TransactionId">Identifies the transaction for ever. May be left out when an Idempotency-Key is sent: then it follows from the key.</param>
/// <param name="OccurredAt">When it happened at the business service; the time of receipt when left out.</param>
/// <param name="MerchantId">The merchant, for card and payment.</param>
/// <param name="TerminalId">The terminal, for card and cash_out.</param>
/// <param name="Channel">Where it came in: for instance <c>web</c>, <c>mobile</c>, <c>pos</c>, <c>atm</c>.</param>
/// <param name="DeviceId">The device's identifier, when known.</param>
/// <param name="IpAddress">The caller's IP address, version 4 or 6.</param>
/// <param name="Latitude">Degrees north, -90 to 90.</param>
/// <param name="Longitude">Degrees east, -180 to 180.</param>
/// <param name="Metadata">Up to 32 entries of the publisher's own; carried along, never interpreted.</param>
/// <param name="Capture">When the money moves once it is approved; at once when left out, with <c>manual</c> when it is captured.</param>
public sealed record SubmitTransactionRequest(
    string SourceAccountId,
    string DestinationAccountId,
    long AmountMinor,
    string Currency,
    TransactionKind Kind,
    Guid? TransactionId = null,
    DateTimeOffset? OccurredAt = null,
    string? MerchantId = null,
    string? TerminalId = null,
    string? Channel = null,
    string? DeviceId = null,
    string? IpAddress = null,
    double? Latitude = null,
    double? Longitude = null,
    IReadOnlyDictionary<string, string>? Metadata = null,
    TransactionCapture? Capture = null)
{
    internal TransactionSubmitted ToMessage(Guid transactionId, DateTimeOffset received) => new(
        transactionId,
        SourceAccountId,
        DestinationAccountId,
        AmountMinor,
        Currency,
        Kind,
        (OccurredAt ?? received).ToUniversalTime(),
        MerchantId,
        TerminalId,
        Channel,
        DeviceId,
        IpAddress,
        Latitude,
        Longitude,
        Metadata,
        Capture);
}

/// <summary>The transaction is accepted and will be decided; its address says how it goes on.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="State">Always <c>submitted</c>.</param>
/// <param name="ReceivedAt">When it was accepted, UTC.</param>
public sealed record TransactionAccepted(Guid TransactionId, string State, DateTimeOffset ReceivedAt);

/// <summary>Asks for a transaction to be taken back.</summary>
/// <param name="Reason">Why, in the publisher's words.</param>
public sealed record CancelTransactionRequest(string? Reason = null);

/// <summary>Decides about a transaction whose funds are on hold.</summary>
/// <param name="Decision">What is to happen.</param>
/// <param name="Reason">Why, for people; part of the timeline and of the label.</param>
public sealed record ReviewTransactionRequest(ReviewDecision Decision, string? Reason = null);

/// <summary>Takes the money of an authorised transaction, all of it or a part.</summary>
/// <param name="AmountMinor">Minor units, at most what is held; all of it when left out. What is beyond it is available to the payer again.</param>
/// <param name="Reason">Why, in the publisher's words.</param>
public sealed record CaptureTransactionRequest(long? AmountMinor = null, string? Reason = null);

/// <summary>The capture is on its way; <c>/requests</c> says what became of it.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="AmountMinor">What is to be captured, minor units.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
public sealed record CaptureAccepted(Guid RequestId, Guid TransactionId, long AmountMinor, DateTimeOffset RequestedAt);

/// <summary>Has a completed transaction undone.</summary>
/// <param name="Reason">Why, for people.</param>
public sealed record ReverseTransactionRequest(string Reason);

/// <summary>The reversal is on its way; <c>/requests</c> says what became of it.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Actor">Who asked first.</param>
/// <param name="RequestedAt">When, UTC.</param>
public sealed record ReversalAccepted(Guid RequestId, Guid TransactionId, string Actor, DateTimeOffset RequestedAt);

/// <summary>The decision is on its way; the timeline says what became of it.</summary>
/// <param name="ReviewId">The review.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="ReviewedBy">Who decided.</param>
/// <param name="ReviewedAt">When, UTC.</param>
public sealed record ReviewAccepted(Guid ReviewId, Guid TransactionId, ReviewDecision Decision, string ReviewedBy, DateTimeOffset ReviewedAt);

/// <summary>The cancellation is on its way. It takes effect while the transaction still waits; the timeline says what became of it.</summary>
/// <param name="TransactionId">The transaction.</param>
/// <param name="RequestedAt">When it was asked for, UTC.</param>
public sealed record CancellationAccepted(Guid TransactionId, DateTimeOffset RequestedAt);
