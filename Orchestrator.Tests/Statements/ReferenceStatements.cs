using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Statements;

namespace Orchestrator.Tests.Statements;

/// <summary>
/// Statements the slow way: events and closings one after the other in time, each entry put on the page of its month or, when that is closed, on the first page
/// that is not.
/// </summary>
static class ReferenceStatements
{
    /// <summary>An entry as a statement shows it.</summary>
    public sealed record Line(long Version, long AmountMinor, long BalanceMinor, bool Late);

    /// <summary>A statement.</summary>
    public sealed record Page(string Month, long OpeningMinor, long ClosingMinor, IReadOnlyList<Line> Lines);

    public static IReadOnlyList<Page> Of(string account, IEnumerable<LedgerEventRecorded> events, IReadOnlyList<ClosedMonth> closings, Month current)
    {
        var pages = new SortedDictionary<Month, List<(long Version, long Amount, bool Late)>>();
        Month? newestClosed = null;
        var first = current;
        var last = current;
        var waiting = new Queue<ClosedMonth>(closings.OrderBy(c => c.Month));
        foreach (var e in events.Where(e => e.AccountId == account).OrderBy(e => e.Version))
        {
            while (waiting.TryPeek(out var closing) && closing.RecordedUntil < e.RecordedAt)
                newestClosed = waiting.Dequeue().Month;
            var month = Month.Of(e.EffectiveAt);
            var amount = e.Type switch
            {
                LedgerEventType.Credited => e.AmountMinor,
                LedgerEventType.Debited or LedgerEventType.HoldCaptured => -e.AmountMinor,
                _ => 0,
            };
            if (amount == 0 && e.Type is not LedgerEventType.Opened)
                continue;
            (first, last) = (month < first ? month : first, month > last ? month : last);
            if (amount == 0)
                continue;
            var page = month;
            while (newestClosed is { } closed && page <= closed)
                page = page.Next;
            last = page > last ? page : last;
            if (!pages.TryGetValue(page, out var lines))
                pages.Add(page, lines = []);
            lines.Add((e.Version, amount, page != month));
        }

        var statements = new List<Page>();
        var balance = 0L;
        for (var month = first; month <= last; month = month.Next)
        {
            var opening = balance;
            var lines = pages.GetValueOrDefault(month, []).Select(l => new Line(l.Version, l.Amount, balance += l.Amount, l.Late)).ToList();
            statements.Add(new Page($"{month}", opening, balance, lines));
        }
        return statements;
    }
}
