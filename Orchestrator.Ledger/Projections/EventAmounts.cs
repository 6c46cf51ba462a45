using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Projections;

/// <summary>What read models take from an event's counters.</summary>
static class EventAmounts
{
    /// <summary>What is on the account after the event, pending amounts left out: credits less debits, minor units.</summary>
    public static long PostedBalanceMinor(this LedgerEventRecorded e) => e.Counters.CreditsPostedMinor - e.Counters.DebitsPostedMinor;
}
