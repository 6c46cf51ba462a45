using System.Text.Json.Serialization;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Contracts.Ledger;

/// <summary>
/// One immutable event of one account, in order and for ever. Topic <c>ledger-events</c>, keyed by the account.
/// </summary>
/// <param name="AccountId">The account: the key.</param>
/// <param name="Version">1, 2, 3, ... without a gap per account.</param>
/// <param name="Type">What happened.</param>
/// <param name="AmountMinor">The amount in minor units; zero for events that move none.</param>
/// <param name="Currency">The account's currency.</param>
/// <param name="CommandId">The command that caused it.</param>
/// <param name="Counters">The four counters after the event.</param>
/// <param name="EffectiveAt">When it happened in the business, UTC.</param>
/// <param name="RecordedAt">When the ledger recorded it, UTC.</param>
/// <param name="TransactionId">The transaction on whose behalf, when there is one.</param>
/// <param name="HoldId">The hold that is placed, captured or released, when there is one.</param>
/// <param name="ContraAccountId">The other side of a posting; null for events that post nothing.</param>
/// <param name="Reason">Why an account was frozen, unfrozen or closed; null for other events.</param>
/// <param name="ReleasedMinor">Of a capture: what the hold reserved beyond the captured amount and is available again; null when there is none.</param>
/// <param name="ExpiresAt">Of a hold that is placed: when it expires, UTC; null when it does not.</param>
/// <param name="CounterpartyAccountId">The account that pays or receives at the other end, where the command named it.</param>
/// <param name="ReversesTransactionId">The transaction that this one undoes, when it does.</param>
/// <param name="Lane">The lane that recorded it; null for events from before lanes numbered theirs.</param>
/// <param name="LaneSequence">1, 2, 3, ... without a gap in each lane: who has folded one number of a lane has seen all before it.</param>
public sealed record LedgerEventRecorded(
    string AccountId,
    long Version,
    LedgerEventType Type,
    long AmountMinor,
    string Currency,
    Guid CommandId,
    AccountCounters Counters,
    DateTimeOffset EffectiveAt,
    DateTimeOffset RecordedAt,
    Guid? TransactionId = null,
    Guid? HoldId = null,
    string? ContraAccountId = null,
    string? Reason = null,
    long? ReleasedMinor = null,
    DateTimeOffset? ExpiresAt = null,
    string? CounterpartyAccountId = null,
    Guid? ReversesTransactionId = null,
    int? Lane = null,
    long? LaneSequence = null) : IContract
{
    /// <inheritdoc />
    public void Validate(ContractErrors errors)
    {
        errors.Required(AccountId, "accountId");
        if (Version < 1)
            errors.Add("version_out_of_range", "version", "from 1");
        if (Lane is < 0 || (Lane is null) != (LaneSequence is null))
            errors.Add("lane_out_of_range", "lane", "from 0, together with laneSequence");
        if (LaneSequence is < 1)
            errors.Add("lane_sequence_out_of_range", "laneSequence", "from 1");
    }
}

/// <summary>The four unsigned counters of an account, in minor units (the model of TigerBeetle's accounts).</summary>
/// <param name="DebitsPendingMinor">Reserved by holds.</param>
/// <param name="DebitsPostedMinor">Taken off for good.</param>
/// <param name="CreditsPendingMinor">On the way in.</param>
/// <param name="CreditsPostedMinor">Put on for good.</param>
public sealed record AccountCounters(long DebitsPendingMinor, long DebitsPostedMinor, long CreditsPendingMinor, long CreditsPostedMinor);

/// <summary>What happened to an account.</summary>
[JsonConverter(typeof(NamedEnumConverter<LedgerEventType>))]
public enum LedgerEventType
{
    /// <summary>The account was opened.</summary>
    [JsonStringEnumMemberName("opened")] Opened,

    /// <summary>An amount was reserved.</summary>
    [JsonStringEnumMemberName("hold_placed")] HoldPlaced,

    /// <summary>A hold's amount, or a part of it, was taken off; the rest became available again.</summary>
    [JsonStringEnumMemberName("hold_captured")] HoldCaptured,

    /// <summary>A hold's amount became available again.</summary>
    [JsonStringEnumMemberName("hold_released")] HoldReleased,

    /// <summary>An amount was put on.</summary>
    [JsonStringEnumMemberName("credited")] Credited,

    /// <summary>An amount was taken off without a hold.</summary>
    [JsonStringEnumMemberName("debited")] Debited,

    /// <summary>New holds are refused from here on.</summary>
    [JsonStringEnumMemberName("frozen")] Frozen,

    /// <summary>New holds are possible again.</summary>
    [JsonStringEnumMemberName("unfrozen")] Unfrozen,

    /// <summary>The account is closed for ever.</summary>
    [JsonStringEnumMemberName("closed")] Closed,

    /// <summary>A hold's amount became available again because its time was over.</summary>
    [JsonStringEnumMemberName("hold_expired")] HoldExpired,
}
