namespace Orchestrator.Ledger.Statements;

/// <summary>All months of one account as they stood at one instant, without their entries.</summary>
public sealed class AccountBooks
{
    readonly IReadOnlyDictionary<Month, MonthTotals> _totals;

    /// <param name="schema">The schema of the read model.</param>
    /// <param name="totals">What stands on each month's statement; months without entries are left out.</param>
    internal AccountBooks(string schema, IReadOnlyDictionary<Month, MonthTotals> totals) => (Schema, _totals) = (schema, totals);

    /// <summary>The account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Its owner.</summary>
    public required string? CustomerId { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>The month of its opening or of its first entry, by effective time.</summary>
    public required Month FirstMonth { get; init; }

    /// <summary>The month of its last entry, by effective time.</summary>
    public required Month LastMonth { get; init; }

    /// <summary>The version of its last entry.</summary>
    public required long LastVersion { get; init; }

    /// <summary>Whatever was recorded of the account before this instant has been read, UTC.</summary>
    public required DateTimeOffset ReadUntil { get; init; }

    /// <summary>Whether all that the ledger has recorded of it has been read.</summary>
    public required bool HasReadAll { get; init; }

    /// <summary>The schema of the read model.</summary>
    internal string Schema { get; }

    /// <summary>Every closing.</summary>
    public required MonthClosings Closings { get; init; }

    /// <summary>The months that have a statement, the newest first: without a gap from the account's first to the current one.</summary>
    /// <param name="current">The month that it is now.</param>
    /// <param name="before">Only months before this one; all when null.</param>
    public IEnumerable<StatementSummary> Months(Month current, Month? before)
    {
        for (var month = Newest(current); month >= FirstMonth; month = month.Previous)
        {
            if (before is null || month < before)
                yield return Summary(month);
        }
    }

    /// <summary>Whether <paramref name="month"/> has a statement.</summary>
    public bool Has(Month month, Month current) => month >= FirstMonth && month <= Newest(current);

    /// <summary>What <paramref name="month"/> adds up to.</summary>
    public StatementSummary Summary(Month month)
    {
        var opening = _totals.Where(t => t.Key < month).Sum(t => t.Value.CreditsMinor - t.Value.DebitsMinor);
        var totals = _totals.GetValueOrDefault(month);
        var closing = Closings.Of(month);
        return new StatementSummary(
            month.ToString(), Status(closing), closing?.ClosedAt, opening, totals.CreditsMinor, totals.DebitsMinor,
            opening + totals.CreditsMinor - totals.DebitsMinor, totals.Entries);
    }

    Month Newest(Month current)
    {
        var newest = LastMonth > current ? LastMonth : current;
        // An entry that was recorded after a closing may stand on a later statement than by its own time.
        return _totals.Keys.Append(newest).Max();
    }

    // Whatever was recorded up to the cut has been read: something later of its lane was, or there is nothing that was not.
    string Status(ClosedMonth? closing) => closing switch
    {
        null => "open",
        _ when ReadUntil > closing.RecordedUntil || HasReadAll => "closed",
        _ => "closing",
    };
}

/// <summary>What the entries of a month add up to.</summary>
/// <param name="Entries">How many.</param>
/// <param name="CreditsMinor">Added, minor units.</param>
/// <param name="DebitsMinor">Taken off, minor units.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
readonly record struct MonthTotals(long Entries, long CreditsMinor, long DebitsMinor);
