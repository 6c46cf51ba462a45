using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Postings;

/// <summary>What became of a command to the ledger.</summary>
/// <param name="CommandId">The command.</param>
/// <param name="State">Whether it took effect.</param>
/// <param name="At">When that was decided, UTC.</param>
/// <param name="Event">What happened; null when it was refused.</param>
/// <param name="AccountId">To which account; null when it was refused.</param>
/// <param name="Version">The version of the account that it made; null when it was refused.</param>
/// <param name="AmountMinor">The event's amount in minor units; null when it was refused.</param>
/// <param name="Reason">Why it was refused, by its stable name.</param>
public sealed record CommandView(
    Guid CommandId, CommandState State, DateTimeOffset At, LedgerEventType? Event = null, string? AccountId = null, long? Version = null,
    long? AmountMinor = null, string? Reason = null);

/// <summary>Whether a command took effect.</summary>
[JsonConverter(typeof(NamedEnumConverter<CommandState>))]
public enum CommandState
{
    /// <summary>It is on its way to the ledger.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>It took effect.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted,

    /// <summary>It was refused, for ever.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}

/// <summary>A hold.</summary>
/// <param name="HoldId">Its id: that of the command that placed it.</param>
/// <param name="AccountId">The account.</param>
/// <param name="State">What became of it.</param>
/// <param name="AmountMinor">What was reserved, minor units.</param>
/// <param name="CapturedMinor">What was taken off.</param>
/// <param name="ReleasedMinor">What is available again.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="PlacedAt">When it was placed, UTC.</param>
/// <param name="ExpiresAt">When it expires, UTC; null when it does not.</param>
/// <param name="ResolvedAt">When it was captured, released or expired, UTC.</param>
/// <param name="TransactionId">On whose behalf.</param>
/// <param name="CounterpartyAccountId">Who is to receive it, where that was said.</param>
/// <param name="Reason">Why it was released, where that was said.</param>
public record HoldView(
    Guid HoldId, string AccountId, HoldViewState State, long AmountMinor, long CapturedMinor, long ReleasedMinor, string Currency, DateTimeOffset PlacedAt,
    DateTimeOffset? ExpiresAt, DateTimeOffset? ResolvedAt, Guid? TransactionId, string? CounterpartyAccountId, string? Reason);

/// <summary>What became of a hold.</summary>
[JsonConverter(typeof(NamedEnumConverter<HoldViewState>))]
public enum HoldViewState
{
    /// <summary>Nothing yet.</summary>
    [JsonStringEnumMemberName("open")] Open,

    /// <summary>It was captured, in whole or in part.</summary>
    [JsonStringEnumMemberName("captured")] Captured,

    /// <summary>It was given back.</summary>
    [JsonStringEnumMemberName("released")] Released,

    /// <summary>Its time was over.</summary>
    [JsonStringEnumMemberName("expired")] Expired,
}

/// <summary>A transfer between two accounts, or the reversal of one.</summary>
/// <param name="TransferId">Its id: that of its command.</param>
/// <param name="State">How far it is.</param>
/// <param name="RecordedAt">When the ledger decided it first, UTC.</param>
/// <param name="SourceAccountId">The account that pays; null when it was refused at once.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="TransactionId">Its transaction.</param>
/// <param name="CreditedAt">When the destination was credited, UTC.</param>
/// <param name="EndedAt">When it was posted or refused, UTC.</param>
/// <param name="Reason">Why it was refused, by its stable name.</param>
/// <param name="ReversesTransactionId">The transaction that it undoes.</param>
/// <param name="ReversedByTransactionId">The transaction that has undone it.</param>
/// <param name="ChainId">The linked transfers that it is one of.</param>
/// <param name="FailedIndex">Of linked transfers that were refused: the place, from 0, of the one that failed.</param>
public sealed record TransferView(
    Guid TransferId, TransferState State, DateTimeOffset RecordedAt, string? SourceAccountId = null, string? DestinationAccountId = null,
    long? AmountMinor = null, string? Currency = null, Guid? TransactionId = null, DateTimeOffset? CreditedAt = null, DateTimeOffset? EndedAt = null,
    string? Reason = null, Guid? ReversesTransactionId = null, Guid? ReversedByTransactionId = null, Guid? ChainId = null, int? FailedIndex = null);

/// <summary>How far a transfer is.</summary>
[JsonConverter(typeof(NamedEnumConverter<TransferState>))]
public enum TransferState
{
    /// <summary>It is on its way.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>The money has moved.</summary>
    [JsonStringEnumMemberName("posted")] Posted,

    /// <summary>No money has moved.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
}
