using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Projections;

/// <summary>What an event changed, told by the event alone, so that folding it reads nothing.</summary>
static class EventAmounts
{
    /// <summary>What is on the account after the event, pending amounts left out: credits less debits, minor units.</summary>
    public static long PostedBalanceMinor(this LedgerEventRecorded e) => e.Counters.CreditsPostedMinor - e.Counters.DebitsPostedMinor;

    /// <summary>What it changed that by, minor units.</summary>
    public static long PostedChangeMinor(this LedgerEventRecorded e) => e.Type switch
    {
        LedgerEventType.Credited => e.AmountMinor,
        LedgerEventType.Debited or LedgerEventType.HoldCaptured => -e.AmountMinor,
        _ => 0,
    };

    /// <summary>What it changed by that holds reserve, minor units.</summary>
    public static long HeldChangeMinor(this LedgerEventRecorded e) => e.Type switch
    {
        LedgerEventType.HoldPlaced => e.AmountMinor,
        LedgerEventType.HoldCaptured => -(e.AmountMinor + (e.ReleasedMinor ?? 0)),
        LedgerEventType.HoldReleased or LedgerEventType.HoldExpired => -e.AmountMinor,
        _ => 0,
    };
}
