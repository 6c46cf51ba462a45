using System.Text.Json;
using Npgsql;
using Orchestrator.Casework.Alerts;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

public sealed class CaseStoreTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Alerts_of_an_account_open_one_case_a_queue_and_later_ones_join_it()
    {
        await using var db = await CreateAsync(infrastructure);

        await db.TakeAsync([Alert(1, score: 600), Alert(2, kind: "hold_expiring", score: 500)], [Alert(3, account: "bob"), Alert(4, account: "bob", kind: "compensated")]);
        await db.TakeAsync([Alert(5, score: 900), Alert(6, score: 100)]);

        var (cases, _) = await db.Reader.ListAsync(new CaseFilter(), after: null, 100, CancellationToken.None);
        Assert.Equal(
            [("alice", "fraud_review", 4, 900, 2), ("bob", "fraud_review", 1, 600, 1), ("bob", "operations", 1, 600, 1)],
            cases.OrderBy(c => c.AccountId).ThenBy(c => c.Queue).Select(c => (c.AccountId, c.Queue, c.Alerts, c.Priority, c.Version)));
        Assert.Equal(IdOf(1), cases.Single(c => c.AccountId == "alice").CaseId);
        Assert.Equal(Noon.AddHours(24), cases[0].DueAt);
        var whole = await db.Reader.FindAsync(IdOf(1), CancellationToken.None);
        Assert.Equal([6, 5, 2, 1], whole!.Alerts.Select(a => int.Parse(a.Reasons[0][6..^1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Alerts_that_come_again_change_nothing()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1), Alert(2), Alert(1)]);
        var before = await db.Reader.FindAsync(IdOf(1), CancellationToken.None);

        await db.TakeAsync([Alert(2), Alert(1)], [Alert(1)]);

        Assert.Equal(before!.Case, (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Case);
        Assert.Equal(2, before.Case.Alerts);
        Assert.Equal(2L, await db.ScalarAsync<long>("select count(*) from casework.alert"));
    }

    [Fact]
    public async Task Alert_after_the_end_opens_another_case()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "carol", null, null, CancellationToken.None);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(CaseOutcome.Inconclusive), "carol", "nothing to see", null, CancellationToken.None);

        await db.TakeAsync([Alert(2)]);

        Assert.Equal(CaseState.Pending, (await db.Reader.FindAsync(IdOf(2), CancellationToken.None))!.Case.State);
        Assert.Empty(db.Outbox.Published);
    }

    [Fact]
    public async Task Claim_when_twenty_ask_at_once_gives_nobody_the_same()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([.. Enumerable.Range(1, 150).Select(i => Alert(i, account: $"account-{i}", score: i))]);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 20).Select(async worker =>
        {
            var mine = new List<CaseFile>();
            for (var i = 0; i < 12; i++)
            {
                if (await db.Cases.ClaimAsync("fraud_review", $"worker-{worker}", CancellationToken.None) is CaseResult.Done(var file))
                    mine.Add(file);
            }
            return mine;
        }));

        Assert.Equal(150, claimed.Sum(c => c.Count));
        Assert.Equal(150, claimed.SelectMany(c => c).Select(c => c.CaseId).Distinct().Count());
        Assert.All(claimed, mine => Assert.All(mine, c => Assert.Equal(mine[0].Assignee, c.Assignee)));
        Assert.Equal(150, claimed.Max(c => c[0].Priority));
    }

    [Fact]
    public async Task Claim_gives_the_most_urgent_not_the_snoozed_and_not_too_many()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([.. Enumerable.Range(1, 30).Select(i => Alert(i, account: $"account-{i}", score: i))]);
        await db.Cases.ActAsync(IdOf(30), new CaseAction.Snooze(Noon.AddHours(1)), "dave", "waits for a call", null, CancellationToken.None);

        var first = await db.Cases.ClaimAsync(queue: null, "carol", CancellationToken.None);
        db.Time.Advance(TimeSpan.FromHours(2));
        var second = await db.Cases.ClaimAsync(queue: null, "carol", CancellationToken.None);

        Assert.Equal(IdOf(29), Assert.IsType<CaseResult.Done>(first).Case.CaseId);
        Assert.Equal(IdOf(30), Assert.IsType<CaseResult.Done>(second).Case.CaseId);
        for (var i = 0; i < 18; i++)
            Assert.IsType<CaseResult.Done>(await db.Cases.ClaimAsync(queue: null, "carol", CancellationToken.None));
        Assert.Equal(CaseRefusals.TooMany, Assert.IsType<CaseResult.Refused>(await db.Cases.ClaimAsync(queue: null, "Carol", CancellationToken.None)).Reason);
        Assert.Null(await db.Cases.ClaimAsync("operations", "dave", CancellationToken.None));
    }

    [Theory]
    [InlineData(CaseOutcome.Genuine, ReviewDecision.Release)]
    [InlineData(CaseOutcome.Fraud, ReviewDecision.ConfirmFraud)]
    public async Task Case_when_it_is_closed_decides_about_what_is_held_for_it(CaseOutcome outcome, ReviewDecision decision)
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1), Alert(2, kind: "hold_expiring") with { TransactionId = Alert(1).TransactionId }, Alert(3), Alert(4, kind: "decision_review")]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "carol", null, null, CancellationToken.None);

        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(outcome), "carol", "called", null, CancellationToken.None);
        if (outcome == CaseOutcome.Fraud)
        {
            Assert.Empty(db.Outbox.Published);
            Assert.Equal(
                CaseRefusals.MakerIsChecker,
                Assert.IsType<CaseResult.Refused>(await db.Cases.ActAsync(IdOf(1), new CaseAction.Approve(), "carol", "sure", null, CancellationToken.None)).Reason);
            await db.Cases.ActAsync(IdOf(1), new CaseAction.Approve(), "dave", "agreed", null, CancellationToken.None);
        }

        var label = JsonSerializer.Deserialize(db.Outbox.Published.Single(m => m.Topic == "labels").Body.Span, ContractJson.Default.FraudLabelled)!;
        Assert.Equal((Alert(4).TransactionId!.Value, outcome == CaseOutcome.Fraud, LabelSource.Case), (label.TransactionId, label.IsFraud, label.Source));
        var reviews = db.Outbox.Published.Where(m => m.Topic == "transactions").Select(m => JsonSerializer.Deserialize(m.Body.Span, ContractJson.Default.TransactionReviewed)!).ToList();
        Assert.Equal(new[] { Alert(1).TransactionId, Alert(3).TransactionId }.Order(), reviews.Select(r => (Guid?)r.TransactionId).Order());
        Assert.All(reviews, r => Assert.Equal((decision, "alice"), (r.Decision, r.SourceAccountId)));
        var log = (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Log;
        Assert.Equal(outcome == CaseOutcome.Fraud ? ["assign", "propose", "approve"] : ["assign", "close"], log.Select(l => l.Action));
        Assert.Equal("pending", log[0].From!.Value.GetProperty("state").GetString());
        Assert.Equal("closed", log[^1].To!.Value.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Case_when_two_decide_at_once_lets_one_win_and_tells_the_other()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "carol", null, null, CancellationToken.None);

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => db.Cases.ActAsync(
            IdOf(1), new CaseAction.Close(i % 2 == 0 ? CaseOutcome.Genuine : CaseOutcome.Inconclusive), "carol", "done", null, CancellationToken.None)));

        Assert.Single(results.OfType<CaseResult.Done>());
        Assert.All(results.OfType<CaseResult.Refused>(), r => Assert.Equal(CaseRefusals.Closed, r.Reason));
        Assert.Equal(
            CaseState.Closed,
            Assert.IsType<CaseResult.Stale>(await db.Cases.ActAsync(IdOf(1), new CaseAction.Reject(), "dave", "no", version: 1, CancellationToken.None)).Case.State);
    }

    [Fact]
    public async Task Case_that_is_overdue_goes_before_all_others_once()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1, score: 10), Alert(2, account: "bob", score: 990)]);
        Assert.Equal(0, await db.Cases.EscalateAsync(CancellationToken.None));
        db.Time.Advance(TimeSpan.FromHours(25));
        await db.TakeAsync([Alert(3, account: "carl", score: 995)]);

        Assert.Equal(2, await db.Cases.EscalateAsync(CancellationToken.None));
        Assert.Equal(0, await db.Cases.EscalateAsync(CancellationToken.None));

        Assert.Equal((1_000, true), (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!.Case is var c ? (c.Priority, c.Escalated) : default);
        db.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(3, await db.Cases.EscalateAsync(CancellationToken.None));
        db.Time.Advance(TimeSpan.FromHours(25));
        await db.Cases.EscalateAsync(CancellationToken.None);
        db.Time.Advance(TimeSpan.FromHours(250));
        await db.Cases.EscalateAsync(CancellationToken.None);
        Assert.Equal(0, await db.Cases.EscalateAsync(CancellationToken.None));
        // As often as is configured, and no more.
        var escalated = (await db.Reader.FindAsync(IdOf(1), CancellationToken.None))!;
        Assert.Equal((3, 3), (escalated.Case.Escalations, escalated.Log.Count(l => l.Action == "escalate")));
        Assert.Equal((2L, 3L), (await db.Reader.QueuesAsync(CancellationToken.None)).Single() is var q ? (q.Pending - 1, q.Escalated) : default);
    }

    [Fact]
    public async Task Log_and_alerts_are_never_changed()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        await db.Cases.NoteAsync(IdOf(1), "carol", "called", CancellationToken.None);

        foreach (var sql in (string[])["update casework.case_log set actor = 'dave'", "delete from casework.case_log", "delete from casework.alert", "update casework.alert set score = 0"])
            Assert.Equal("23001", (await Assert.ThrowsAsync<PostgresException>(() => db.ScalarAsync<object>(sql))).SqlState);
        Assert.False(await db.Cases.NoteAsync(IdOf(9), "carol", "called", CancellationToken.None));
    }

    [Fact]
    public async Task Lists_when_read_in_pages_have_every_row_once()
    {
        await using var db = await CreateAsync(infrastructure);
        for (var i = 1; i <= 25; i++)
        {
            db.Time.Advance(TimeSpan.FromSeconds(i % 3));
            await db.TakeAsync([Alert(i, account: $"account-{i}", kind: i % 2 == 0 ? "fraud_review" : "compensated")]);
        }
        var seen = new List<Guid>();
        CaseCursor? after = null;
        do
        {
            var (items, next) = await db.Reader.ListAsync(new CaseFilter(Queue: "fraud_review"), after, 5, CancellationToken.None);
            seen.AddRange(items.Select(i => i.CaseId));
            after = next;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => IdOf(i * 2)).Order(), seen.Order());
        var (alerts, more) = await db.Alerts.ListAsync(new AlertFilter(Kind: "compensated"), after: null, 100, CancellationToken.None);
        Assert.Equal(13, alerts.Count);
        Assert.Null(more);
    }
}
