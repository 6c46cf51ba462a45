using System.Diagnostics;
using Npgsql;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>Lists and claims stay quick with 100,000 cases, whatever most of them are.</summary>
public sealed class CaseVolumeTests(TestInfrastructure infrastructure, ITestOutputHelper output)
{
    const int Cases = 100_000;

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("pending")]
    [InlineData("closed")]
    [InlineData("snoozed")]
    [InlineData("investigating")]
    public async Task Lists_and_claims_with_100_000_cases_are_answered_within_50_ms(string most)
    {
        await using var db = await CreateAsync(infrastructure);
        await FillAsync(db, most);
        var far = (await db.Reader.ListAsync(new CaseFilter(Sort: CaseSort.Priority), null, 500, CancellationToken.None)).Next;
        CaseFilter[] filters =
        [
            new(), new(Queue: "operations"), new(State: CaseState.Pending), new(State: CaseState.Closed), new(State: CaseState.AwaitingApproval, Queue: "fraud_review"), new(Assignee: "worker-7"),
            new(AccountId: "account-99"), new(MinPriority: 990), new(Overdue: true), new(Sort: CaseSort.Priority), new(Sort: CaseSort.Priority, State: CaseState.Pending, Queue: "operations"),
            new(Sort: CaseSort.Priority, MaxPriority: 10), new(Sort: CaseSort.Due), new(Sort: CaseSort.Due, Overdue: true), new(Sort: CaseSort.Due, Assignee: "worker-7"),
            new(Queue: "operations", State: CaseState.Pending, MinPriority: 900, Overdue: true, OpenedFrom: Noon.AddDays(-20), OpenedTo: Noon), new(OpenedFrom: Noon.AddDays(-1)),
            new(Queue: "nothing", Assignee: "nobody", State: CaseState.Investigating),
        ];

        foreach (var filter in filters)
            await MeasureAsync($"{filter}", 60, _ => db.Reader.ListAsync(filter, null, 100, CancellationToken.None));
        await MeasureAsync("the sixth page by priority", 60, _ => db.Reader.ListAsync(new CaseFilter(Sort: CaseSort.Priority), far, 100, CancellationToken.None));
        foreach (var filter in (AlertFilter[])[new(), new(Kind: "compensated"), new(MinScore: 990), new(Grouped: true), new(Grouped: true, MinScore: 999), new(AccountId: "account-99", Kind: "none")])
            await MeasureAsync($"{filter}", 60, _ => db.Alerts.ListAsync(filter, null, 100, CancellationToken.None));
        await MeasureClaimsAsync(db);
    }

    async Task MeasureClaimsAsync(CaseworkDatabase db)
    {
        var took = new List<double>();
        // As the service connects, by a pool of its size.
        await using var source = NpgsqlDataSource.Create(Databases.ReadConnection(db.ConnectionString));
        var cases = new CaseStore(source, db.Outbox, MessageCatalog.Contracts, db.Time, Microsoft.Extensions.Options.Options.Create(db.Options));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async worker =>
        {
            for (var i = 0; i < 20; i++)
            {
                var began = Stopwatch.GetTimestamp();
                Assert.IsType<CaseResult.Done>(await cases.ClaimAsync(i % 2 == 0 ? "operations" : null, $"claimer-{worker}", CancellationToken.None));
                // The first of each open connections, and prepare what they say.
                if (i < 5)
                    continue;
                lock (took)
                    took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }));
        Check("claims of 20 at once", took);
    }

    async Task MeasureAsync(string what, int times, Func<int, Task> ask)
    {
        for (var i = 0; i < 8; i++)
            await ask(i);
        var took = new List<double>();
        for (var i = 0; i < times; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ask(i);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        Check(what, took);
    }

    void Check(string what, List<double> took)
    {
        took.Sort();
        var p99 = took[(int)Math.Ceiling(took.Count * 0.99) - 1];
        output.WriteLine($"p50 {took[took.Count / 2]:F1} ms, p99 {p99:F1} ms: {what}");
        Assert.True(p99 < 50, $"{what} took {p99:F1} ms");
    }

    // Most are as is said, the rest are of every kind.
    static async Task FillAsync(CaseworkDatabase db, string most)
    {
        await db.ScalarAsync<object?>(
            $"""
            with numbers as (
                select i, case when i % 50 < 46 then '{most}' else (array['pending', 'closed', 'snoozed', 'investigating'])[i % 50 - 45] end as "is", i * 7919 % 1000 as priority
                from generate_series(1, {Cases}) i
            ), filled as (
                insert into casework.work_case (case_id, queue, account_id, state, priority, alerts, opened_at, updated_at, due_at, assignee, snoozed_until, outcome, closed_by, closed_at)
                select gen_random_uuid(), case when i % 3 = 0 then 'operations' else 'fraud_review' end, 'account-' || i, case "is" when 'snoozed' then 'pending' else "is" end, priority, 1,
                    at, at, at + interval '24 hours', case when "is" in ('closed', 'investigating') then 'worker-' || i % 200 end, case when "is" = 'snoozed' then '2026-03-05 12:00Z'::timestamptz end,
                    case when "is" = 'closed' then 'genuine' end, case when "is" = 'closed' then 'worker-' || i % 200 end, case when "is" = 'closed' then at + interval '1 hour' end
                from (select *, '2026-03-04 12:00Z'::timestamptz - i * interval '25 seconds' as at from numbers) n returning case_id, account_id, priority, opened_at
            ), alerts as (
                insert into casework.alert (alert_id, case_id, account_id, kind, score, raised_at, reasons, group_id)
                select case_id, case_id, account_id, 'fraud_review', priority, opened_at, '["Something is odd."]', case_id from filled
            )
            insert into casework.alert_group (group_id, account_id, kind, first_at, last_at, alerts, score) select case_id, account_id, 'fraud_review', opened_at, opened_at, 1, priority from filled
            """);
        await db.ScalarAsync<object?>("analyze casework.work_case, casework.alert, casework.alert_group");
    }
}
