namespace Orchestrator.Ledger.Statements;

/// <summary>A month was closed: nothing on its statements changes any more.</summary>
/// <param name="Month">Which.</param>
/// <param name="ClosedAt">When, UTC.</param>
/// <param name="RecordedUntil">What the ledger recorded up to here, inclusive, counts for it by its effective time, UTC.</param>
public sealed record ClosedMonth(Month Month, DateTimeOffset ClosedAt, DateTimeOffset RecordedUntil);

/// <summary>All closings there are. A month without one is closed with the first later month that has one.</summary>
public sealed class MonthClosings(IEnumerable<ClosedMonth> closings)
{
    /// <summary>In the order of months.</summary>
    public IReadOnlyList<ClosedMonth> All { get; } = [.. closings.OrderBy(c => c.Month)];

    /// <summary>The closing that <paramref name="month"/> was closed with; null while it is open.</summary>
    public ClosedMonth? Of(Month month) => All.FirstOrDefault(c => c.Month >= month);

    /// <summary>The month on whose statement an entry stands: that of its effective time, or the first one that was open when it was recorded.</summary>
    public Month Booked(Month effective, DateTimeOffset recordedAt)
    {
        var open = All.LastOrDefault(c => c.RecordedUntil < recordedAt)?.Month.Next ?? effective;
        return open > effective ? open : effective;
    }
}
