using CsCheck;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Statements;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Statements;

/// <summary>Statements against a model that goes through time step by step, over random events, closings and batches.</summary>
public sealed class StatementModelTests(TestInfrastructure infrastructure) : StatementDatabase(infrastructure)
{
    static readonly DateTimeOffset Start = new(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
    static readonly Month Current = Month.Parse("2026-06");
    static readonly string[] Accounts = ["alice", "bob", "carol"];

    /// <summary>What happens, when after the event before it, and how long before that it took effect.</summary>
    static readonly Gen<(int Account, int Kind, int Amount, int AfterMinutes, int LateDays)> Step =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[1, 500], Gen.Int[1, 9_000], Gen.Frequency((3, Gen.Const(0)), (2, Gen.Int[-10, 75])));

    static readonly Gen<(LedgerHistory History, List<ClosedMonth> Closings, int[] Batches)> Scenario = Gen.Select(
        Step.Array[1, 45], Gen.Int[0, 4], Gen.Int[0, 30_000].Array[4], Gen.Int[1, 9].Array[1, 4]).Select((steps, closed, delays, batches) =>
            (HistoryOf(steps), ClosingsOf(closed, delays), batches));

    [Fact]
    public async Task Statements_when_events_closings_and_batches_are_random_do_match_the_model()
    {
        var run = 0;
        await Scenario.SampleAsync(
            async scenario =>
            {
                var (history, closings, batches) = scenario;
                var one = $"one_{run}";
                var other = $"other_{run++}";
                await CloseAsync(closings);
                await BuildAsync(other, history.Events);
                await BuildAsync(one, history.Events, batches);

                Assert.Equal(await ProjectionRun.RowsAsync(Database, other), await ProjectionRun.RowsAsync(Database, one));
                foreach (var account in history.Events.Select(e => e.AccountId).Distinct())
                    Assert.Equal(Shown(ReferenceStatements.Of(account, history.Events, closings, Current)), Shown(await StoredAsync(account)));
                await ExecuteAsync($"drop schema {one} cascade; drop schema {other} cascade");
            },
            iter: 40,
            threads: 1);
    }

    static LedgerHistory HistoryOf((int Account, int Kind, int Amount, int AfterMinutes, int LateDays)[] steps)
    {
        var history = new LedgerHistory();
        var now = Start;
        foreach (var step in steps)
        {
            now = now.AddMinutes(step.AfterMinutes);
            var account = Accounts[step.Account];
            var effective = now.AddDays(-step.LateDays);
            if (history.Events.All(e => e.AccountId != account))
                history.Open(account, now);
            var pending = history.Pending(account);
            _ = step.Kind switch
            {
                < 4 => history.Credit(account, step.Amount, now, effective),
                < 6 => history.Debit(account, step.Amount, now, effective),
                6 => history.Add(account, LedgerEventType.HoldPlaced, step.Amount, effective, now),
                7 when pending > 1 => history.Add(account, LedgerEventType.HoldCaptured, pending / 2, effective, now, released: pending - (pending / 2)),
                8 when pending > 0 => history.Add(account, step.Amount % 2 == 0 ? LedgerEventType.HoldReleased : LedgerEventType.HoldExpired, pending, effective, now),
                _ => history.Add(account, LedgerEventType.Frozen, 0, effective, now, reason: "suspicion"),
            };
        }
        return history;
    }

    // From January on in order, each some time after its end; a month that would be closed before the one before it is closed together with it.
    static List<ClosedMonth> ClosingsOf(int count, int[] delays)
    {
        var closings = new List<ClosedMonth>();
        var month = Month.Parse("2026-01");
        for (var i = 0; i < count; i++, month = month.Next)
        {
            var until = month.End.AddMinutes(delays[i]);
            if (closings is [.., var before] && before.RecordedUntil > until)
                until = before.RecordedUntil;
            closings.Add(new ClosedMonth(month, until.AddMinutes(5), until));
        }
        // A month without a row of its own is closed with the one after it.
        return delays[0] % 3 == 0 && closings.Count > 1 ? closings[1..] : closings;
    }

    // The table keeps what was closed for ever, so that each case has to take it away by force.
    async Task CloseAsync(IReadOnlyList<ClosedMonth> closings)
    {
        await ExecuteAsync("alter table ledger.closed_month disable trigger all; delete from ledger.closed_month; alter table ledger.closed_month enable trigger all");
        foreach (var (month, closedAt, until) in closings)
            await ExecuteAsync($"insert into ledger.closed_month values ('{month}-01', '{closedAt:O}', '{until:O}')");
    }

    async Task<IReadOnlyList<ReferenceStatements.Page>> StoredAsync(string account)
    {
        var books = await BooksAsync(account);
        var pages = new List<ReferenceStatements.Page>();
        foreach (var summary in books.Months(Current, before: null).Reverse())
        {
            var statement = Reader.Statement(books, Month.Parse(summary.Month));
            var lines = new List<ReferenceStatements.Line>();
            await foreach (var e in statement.Entries)
                lines.Add(new ReferenceStatements.Line(e.Version, e.AmountMinor, e.BalanceMinor, e.Late));
            pages.Add(new ReferenceStatements.Page(summary.Month, statement.OpeningBalanceMinor, statement.ClosingBalanceMinor, lines));
        }
        return pages;
    }

    static string Shown(IEnumerable<ReferenceStatements.Page> pages) => string.Join(
        '\n', pages.Select(p => $"{p.Month}: {p.OpeningMinor} [{string.Join(", ", p.Lines)}] {p.ClosingMinor}"));
}
