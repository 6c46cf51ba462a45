using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Ledger.Reports;

/// <summary>What some events of a lane add up to, by day and currency.</summary>
sealed class DayTotals(DateOnly day, string currency, int partition)
{
    public DateOnly Day { get; } = day;

    public string Currency { get; } = currency;

    public int Partition { get; } = partition;

    public long Debits { get; private set; }

    public long Credits { get; private set; }

    public long HoldsPlaced { get; private set; }

    public long HoldsCaptured { get; private set; }

    public long HoldsReleased { get; private set; }

    public long HoldsExpired { get; private set; }

    public decimal DebitedMinor { get; private set; }

    public decimal CreditedMinor { get; private set; }

    public decimal PlacedMinor { get; private set; }

    public decimal CapturedMinor { get; private set; }

    /// <summary>What captures gave back is in it.</summary>
    public decimal ReleasedMinor { get; private set; }

    public decimal ExpiredMinor { get; private set; }

    /// <summary>Those of <paramref name="events"/>; openings and changes of status add nothing.</summary>
    public static IReadOnlyList<DayTotals> Of(int partition, IReadOnlyList<LedgerEventRecorded> events)
    {
        var totals = new Dictionary<(DateOnly Day, string Currency), DayTotals>();
        foreach (var e in events)
        {
            if (e.PostedChangeMinor() == 0 && e.HeldChangeMinor() == 0 && !IsOfHold(e.Type))
                continue;
            var key = (DateOnly.FromDateTime(e.RecordedAt.UtcDateTime), e.Currency);
            if (!totals.TryGetValue(key, out var total))
                totals.Add(key, total = new DayTotals(key.Item1, key.Currency, partition));
            total.Add(e);
        }
        return [.. totals.Values];
    }

    static bool IsOfHold(LedgerEventType type) =>
        type is LedgerEventType.HoldPlaced or LedgerEventType.HoldCaptured or LedgerEventType.HoldReleased or LedgerEventType.HoldExpired;

    void Add(LedgerEventRecorded e)
    {
        var moved = e.PostedChangeMinor();
        if (moved < 0)
            (Debits, DebitedMinor) = (Debits + 1, DebitedMinor - moved);
        else if (moved > 0)
            (Credits, CreditedMinor) = (Credits + 1, CreditedMinor + moved);
        switch (e.Type)
        {
            case LedgerEventType.HoldPlaced:
                (HoldsPlaced, PlacedMinor) = (HoldsPlaced + 1, PlacedMinor + e.AmountMinor);
                break;
            case LedgerEventType.HoldCaptured:
                (HoldsCaptured, CapturedMinor, ReleasedMinor) = (HoldsCaptured + 1, CapturedMinor + e.AmountMinor, ReleasedMinor + (e.ReleasedMinor ?? 0));
                break;
            case LedgerEventType.HoldReleased:
                (HoldsReleased, ReleasedMinor) = (HoldsReleased + 1, ReleasedMinor + e.AmountMinor);
                break;
            case LedgerEventType.HoldExpired:
                (HoldsExpired, ExpiredMinor) = (HoldsExpired + 1, ExpiredMinor + e.AmountMinor);
                break;
        }
    }
}
