using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Chain;

namespace Orchestrator.Ledger.Deciding;

/// <summary>One immutable event of one account. Where it posts, it names the other side and that account's version too.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Version">The account's version that it makes.</param>
/// <param name="Type">What happened.</param>
/// <param name="AmountMinor">Minor units of the account's currency; zero for events that move none.</param>
/// <param name="CommandId">The command that caused it.</param>
/// <param name="TransactionId">On whose behalf, when there is one.</param>
/// <param name="HoldId">The hold that is placed, captured or released.</param>
/// <param name="ContraAccountId">The other side of a posting.</param>
/// <param name="ContraVersion">The other side's version that it makes.</param>
/// <param name="EffectiveAt">When it happened in the business, UTC.</param>
/// <param name="RecordedAt">When it was decided, UTC.</param>
/// <param name="Reason">Why, where somebody says so.</param>
/// <param name="ReleasedMinor">Of a capture that named its amount: what the hold reserved beyond it.</param>
/// <param name="ExpiresAt">Of a hold: when it expires, UTC.</param>
/// <param name="CounterpartyAccountId">The account at the other end, where the command named it.</param>
/// <param name="ReversesTransactionId">The transaction that is undone.</param>
public sealed record LedgerEvent(
    string AccountId,
    long Version,
    LedgerEventType Type,
    long AmountMinor,
    Guid CommandId,
    Guid? TransactionId,
    Guid? HoldId,
    string? ContraAccountId,
    long? ContraVersion,
    DateTimeOffset EffectiveAt,
    DateTimeOffset RecordedAt,
    string? Reason = null,
    long? ReleasedMinor = null,
    DateTimeOffset? ExpiresAt = null,
    string? CounterpartyAccountId = null,
    Guid? ReversesTransactionId = null)
{
    /// <summary>Its place in the chain of the lane that recorded it; null while it has none.</summary>
    internal ChainLink? Link { get; init; }

    /// <summary>The message that tells others.</summary>
    /// <param name="after">The account after the event.</param>
    public LedgerEventRecorded Announce(AccountState after) => new(
        AccountId, Version, Type, AmountMinor, after.Currency, CommandId, after.Counters, EffectiveAt, RecordedAt, TransactionId, HoldId, ContraAccountId, Reason,
        ReleasedMinor, ExpiresAt, CounterpartyAccountId, ReversesTransactionId, Link?.Lane, Link?.Sequence);
}
