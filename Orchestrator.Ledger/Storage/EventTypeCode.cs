using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Ledger.Storage;

/// <summary>The numbers by which ledger.event keeps types: for ever, whatever the enum's order.</summary>
static class EventTypeCode
{
    public static short Of(LedgerEventType type) => type switch
    {
        LedgerEventType.Opened => 1,
        LedgerEventType.HoldPlaced => 2,
        LedgerEventType.HoldCaptured => 3,
        LedgerEventType.HoldReleased => 4,
        LedgerEventType.Credited => 5,
        LedgerEventType.Debited => 6,
        LedgerEventType.Frozen => 7,
        LedgerEventType.Unfrozen => 8,
        LedgerEventType.Closed => 9,
        LedgerEventType.HoldExpired => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no number is given to it"),
    };

    public static LedgerEventType Read(short code) => code switch
    {
        1 => LedgerEventType.Opened,
        2 => LedgerEventType.HoldPlaced,
        3 => LedgerEventType.HoldCaptured,
        4 => LedgerEventType.HoldReleased,
        5 => LedgerEventType.Credited,
        6 => LedgerEventType.Debited,
        7 => LedgerEventType.Frozen,
        8 => LedgerEventType.Unfrozen,
        9 => LedgerEventType.Closed,
        10 => LedgerEventType.HoldExpired,
        _ => throw new InvalidOperationException($"ledger.event has a type {code} that this version does not know"),
    };
}
