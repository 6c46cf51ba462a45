using CsCheck;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;
using Orchestrator.Messaging.Rows;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>Lists of cases and alerts have what fits, once, in their order, whatever is asked.</summary>
public sealed class CaseListTests(TestInfrastructure infrastructure)
{
    static readonly Gen<CaseFilter> Filters =
        from queue in One<string?>(null, "fraud_review", "operations")
        from state in One<CaseState?>(null, null, CaseState.Pending, CaseState.Investigating, CaseState.AwaitingApproval, CaseState.Closed)
        from assignee in One<string?>(null, null, null, "Worker-1", "worker-2")
        from account in One<string?>(null, null, null, "account-3", "account-9")
        from lowest in One<int?>(null, null, 300)
        from highest in One<int?>(null, null, 700)
        from overdue in One(false, false, true)
        from opened in One<DateTimeOffset?>(null, null, Noon.AddMinutes(20))
        from until in One<DateTimeOffset?>(null, null, Noon.AddMinutes(50))
        from sort in Gen.Enum<CaseSort>()
        select new CaseFilter(queue, state, assignee, account, lowest, highest, overdue, opened, until, sort);

    [Fact]
    public async Task Cases_whatever_is_asked_are_those_that_fit_in_their_order()
    {
        await using var db = await CreateAsync(infrastructure, new Orchestrator.Casework.CaseworkOptions { QueueDueHours = new Dictionary<string, int>(StringComparer.Ordinal) { ["operations"] = 1 } });
        for (var i = 1; i <= 60; i++)
        {
            await db.TakeAsync([Alert(i, account: $"account-{i % 20}", kind: i % 3 == 0 ? "compensated" : "fraud_review", score: i * 37 % 1_000)]);
            db.Time.Advance(TimeSpan.FromMinutes(i % 4));
            if (i % 2 == 0)
                await db.Cases.ClaimAsync(queue: null, $"worker-{i % 6}", CancellationToken.None);
            if (i % 5 == 0 && (await All(db)).FirstOrDefault(c => c.State == CaseState.Investigating) is { } mine)
                await db.Cases.ActAsync(mine.CaseId, new CaseAction.Close(i % 10 == 0 ? CaseOutcome.Fraud : CaseOutcome.Genuine), mine.Assignee!, "looked", null, CancellationToken.None);
        }
        await db.Cases.EscalateAsync(CancellationToken.None);
        var all = await All(db);
        Assert.Equal(4, all.Select(c => c.State).Distinct().Count());
        var now = db.Time.GetUtcNow();

        await Gen.Select(Filters, Gen.Int[1, 7], Gen.Int[3, 40]).SampleAsync(async (filter, limit, looked) =>
        {
            // A page that has looked at as much as it may is short, and the next goes on.
            var reader = new CaseReader(db.Source, db.Time) { Looked = looked };
            var open = filter.Sort != CaseSort.Newest && filter.State is null;
            var expected = Sorted(all.Where(c =>
                (filter.Queue is null || c.Queue == filter.Queue) && (filter.State is null || c.State == filter.State)
                && (filter.Assignee is null || string.Equals(c.Assignee, filter.Assignee, StringComparison.OrdinalIgnoreCase))
                && (filter.AccountId is null || c.AccountId == filter.AccountId) && c.Priority >= (filter.MinPriority ?? 0) && c.Priority <= (filter.MaxPriority ?? 1_000)
                && (!filter.Overdue || (c.State != CaseState.Closed && c.DueAt < now)) && c.OpenedAt >= (filter.OpenedFrom ?? default) && c.OpenedAt < (filter.OpenedTo ?? DateTimeOffset.MaxValue)
                && (!open || c.State != CaseState.Closed)), filter.Sort);
            var seen = new List<CaseFile>();
            CaseCursor? after = null;
            do
            {
                var (items, next) = await reader.ListAsync(filter, after, limit, CancellationToken.None);
                Assert.True(items.Count <= limit);
                seen.AddRange(items);
                Assert.Equal(next, next is null ? null : CaseCursor.Parse(next.ToString(), filter.Sort));
                after = next;
            }
            while (after is not null);
            Assert.Equal(expected.Select(c => c.CaseId), seen.Select(c => c.CaseId));
        }, iter: 150, threads: 1);
    }

    [Fact]
    public async Task Alerts_when_they_say_the_same_are_a_group_within_its_window()
    {
        await using var db = await CreateAsync(infrastructure);
        var first = Alert(1, score: 400);
        await db.TakeAsync([first, Alert(2, score: 900), Alert(3, account: "bob"), Alert(4, kind: "compensated"), first with { AlertId = IdOf(5), At = first.At.AddMinutes(59) }]);
        await db.TakeAsync([first with { AlertId = IdOf(6), At = first.At.AddMinutes(30) }, first with { AlertId = IdOf(7), At = first.At.AddMinutes(61) }]);

        var (groups, more) = await db.Alerts.ListAsync(new AlertFilter(Grouped: true), after: null, 100, CancellationToken.None);

        Assert.Null(more);
        Assert.Equal(
            [(7, 1, 400), (4, 1, 600), (3, 1, 600), (1, 4, 900)],
            groups.Select(a => (Array.IndexOf([.. Enumerable.Range(0, 10).Select(IdOf)], a.AlertId), a.Group!.Alerts, a.Group.Score)));
        Assert.Equal(first.At.AddMinutes(59), groups[^1].Group!.LastAt);
        // The same of the same transaction counts once while it is within the window: alert 2 is about another, alert 7 is later than the window.
        Assert.Equal(3, (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Case.Alerts);
        Assert.Equal(5, (await db.Alerts.ListAsync(new AlertFilter(CaseId: IdOf(1)), null, 100, CancellationToken.None)).Items.Count);
        Assert.Equal([7, 1], (await db.Alerts.ListAsync(new AlertFilter(CaseId: IdOf(1), Grouped: true), null, 100, CancellationToken.None)).Items
            .Select(a => Array.IndexOf([.. Enumerable.Range(0, 10).Select(IdOf)], a.AlertId)));
    }

    [Fact]
    public async Task Alerts_whatever_is_asked_are_those_that_fit_newest_first()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([.. Enumerable.Range(1, 90).Select(i => Alert(i, account: $"account-{i % 7}", kind: i % 3 == 0 ? "compensated" : "fraud_review", score: i * 31 % 1_000))]);
        var all = (await db.Alerts.ListAsync(new AlertFilter(), null, 500, CancellationToken.None)).Items;
        var filters =
            from account in One<string?>(null, null, "account-3")
            from kind in One<string?>(null, null, "compensated")
            from file in One<Guid?>(null, null, IdOf(1))
            from start in One<DateTimeOffset?>(null, Noon.AddSeconds(30))
            from end in One<DateTimeOffset?>(null, Noon.AddSeconds(70))
            from score in One<int?>(null, 500)
            select new AlertFilter(account, kind, file, start, end, score);

        await Gen.Select(filters, Gen.Int[1, 9], Gen.Int[3, 40]).SampleAsync(async (filter, limit, looked) =>
        {
            var reader = new AlertReader(db.Source) { Looked = looked };
            var expected = all.Where(a => (filter.AccountId is null || a.AccountId == filter.AccountId) && (filter.Kind is null || a.Kind == filter.Kind)
                && (filter.CaseId is null || a.CaseId == filter.CaseId) && a.RaisedAt >= (filter.From ?? default) && a.RaisedAt < (filter.To ?? DateTimeOffset.MaxValue) && a.Score >= (filter.MinScore ?? 0));
            var seen = new List<Guid>();
            TimeCursor? after = null;
            do
            {
                var (items, next) = await reader.ListAsync(filter, after, limit, CancellationToken.None);
                seen.AddRange(items.Select(i => i.AlertId));
                after = next;
            }
            while (after is not null);
            Assert.Equal(expected.Select(a => a.AlertId), seen);
        }, iter: 100, threads: 1);
    }

    static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    static async Task<IReadOnlyList<CaseFile>> All(CaseworkDatabase db) => (await db.Reader.ListAsync(new CaseFilter(), null, 500, CancellationToken.None)).Items;

    // PostgreSQL compares the bytes of an id in their order as text.
    static IEnumerable<CaseFile> Sorted(IEnumerable<CaseFile> cases, CaseSort sort) => sort switch
    {
        CaseSort.Priority => cases.OrderByDescending(c => c.Priority).ThenBy(c => c.OpenedAt).ThenBy(c => $"{c.CaseId}", StringComparer.Ordinal),
        CaseSort.Due => cases.OrderBy(c => c.DueAt).ThenBy(c => $"{c.CaseId}", StringComparer.Ordinal),
        _ => cases.OrderByDescending(c => c.OpenedAt).ThenByDescending(c => $"{c.CaseId}", StringComparer.Ordinal),
    };
}
