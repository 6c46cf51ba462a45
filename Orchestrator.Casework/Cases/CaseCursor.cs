using System.Globalization;
using Orchestrator.Messaging.Rows;

namespace Orchestrator.Casework.Cases;

/// <summary>Where a page of cases ends, in the order of its list.</summary>
/// <param name="Sort">The list's order.</param>
/// <param name="Place">The time and the id of the last case: when it was opened, or is due.</param>
/// <param name="Priority">Its priority, where that is the order.</param>
public sealed record CaseCursor(CaseSort Sort, TimeCursor Place, short Priority = 0)
{
    /// <summary>Where <paramref name="file"/> stands.</summary>
    public static CaseCursor Of(CaseFile file, CaseSort sort) => sort switch
    {
        CaseSort.Priority => new CaseCursor(sort, new TimeCursor(file.OpenedAt, file.CaseId), (short)file.Priority),
        CaseSort.Due => new CaseCursor(sort, new TimeCursor(file.DueAt, file.CaseId)),
        _ => new CaseCursor(sort, new TimeCursor(file.OpenedAt, file.CaseId)),
    };

    /// <summary>As text, to be handed back.</summary>
    public override string ToString() => Sort switch
    {
        CaseSort.Priority => string.Create(CultureInfo.InvariantCulture, $"p{Priority}_{Place}"),
        CaseSort.Due => $"d{Place}",
        _ => $"{Place}",
    };

    /// <summary>Reads what <see cref="ToString"/> gave for a list of the same order; null when <paramref name="text"/> is something else.</summary>
    public static CaseCursor? Parse(string text, CaseSort sort)
    {
        if (sort == CaseSort.Newest)
            return TimeCursor.Parse(text) is { } newest ? new CaseCursor(sort, newest) : null;
        if (text.Length == 0 || text[0] != (sort == CaseSort.Priority ? 'p' : 'd'))
            return null;
        if (sort == CaseSort.Due)
            return TimeCursor.Parse(text[1..]) is { } due ? new CaseCursor(sort, due) : null;
        var end = text.IndexOf('_', StringComparison.Ordinal);
        return end > 0 && short.TryParse(text.AsSpan(1, end - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && TimeCursor.Parse(text[(end + 1)..]) is { } place
            ? new CaseCursor(sort, place, priority)
            : null;
    }
}
