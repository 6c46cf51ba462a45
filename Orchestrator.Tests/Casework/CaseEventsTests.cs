using System.Text.Json;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Events;
using Orchestrator.Contracts.Cases;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Casework.CaseworkDatabase;

namespace Orchestrator.Tests.Casework;

/// <summary>What happens to cases is told once, in its order, and only when it has happened.</summary>
public sealed class CaseEventsTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Case_from_its_first_alert_to_its_end_is_told_in_order()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1, score: 700), Alert(2)]);
        await db.TakeAsync([Alert(3)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "dave", "knows the customer", null, CancellationToken.None);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(CaseOutcome.Fraud), "carol", "mule", null, CancellationToken.None);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Approve(), "dave", "agreed", null, CancellationToken.None);
        db.Outbox.Published.Clear();

        while (await db.Relay.RunOnceAsync(CancellationToken.None) > 0)
        {
        }

        var events = await db.Events.AfterAsync(0, 100, CancellationToken.None);
        Assert.Equal(
            [
                EventKinds.CaseOpened, EventKinds.AlertRaised, EventKinds.AlertRaised, EventKinds.CaseChanged, EventKinds.AlertRaised, EventKinds.CaseAssigned,
                EventKinds.CaseChanged, EventKinds.CaseResolved,
            ],
            events.Select(e => e.Kind));
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (long)i), events.Select(e => e.Number));
        Assert.Equal(8, await db.Events.LastAsync(CancellationToken.None));
        var messages = db.Outbox.Published;
        Assert.Equal(["orchestrator.case.opened.v1", "orchestrator.case.assigned.v1", "orchestrator.case.resolved.v1"], messages.Select(m => m.Type));
        Assert.All(messages, m => Assert.Equal(("cases", "alice"), (m.Topic, m.Key)));
        Assert.Equal(events.Where(e => messages.Any(m => m.Id == e.EventId)).Select(e => e.EventId), messages.Select(m => m.Id));
        Assert.Equal(
            new CaseOpened(IdOf(1), "alice", "fraud_review", 700, Noon, Noon.AddHours(24)), JsonSerializer.Deserialize(messages[0].Body.Span, ContractJson.Default.CaseOpened));
        Assert.Equal(
            new CaseAssigned(IdOf(1), "alice", "fraud_review", "dave", Noon, 3, "carol", "knows the customer"),
            JsonSerializer.Deserialize(messages[1].Body.Span, ContractJson.Default.CaseAssigned));
        Assert.Equal(
            new CaseResolved(IdOf(1), "alice", "fraud_review", CaseFinding.Fraud, "dave", Noon, 5, "carol", "agreed"),
            JsonSerializer.Deserialize(messages[2].Body.Span, ContractJson.Default.CaseResolved));
        Assert.All(messages, m => Assert.True(Orchestrator.Contracts.ContractErrors.Of((Orchestrator.Contracts.IContract)JsonSerializer.Deserialize(
            m.Body.Span, ContractCatalog.All.Single(c => c.Name == m.Type).Json)!).None));
    }

    [Fact]
    public async Task Change_that_is_refused_or_known_is_not_told()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        while (await db.Relay.RunOnceAsync(CancellationToken.None) > 0)
        {
        }

        await db.TakeAsync([Alert(1)]);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Close(CaseOutcome.Genuine), "carol", "not mine", null, CancellationToken.None);
        await db.Cases.ActAsync(IdOf(1), new CaseAction.Assign("carol"), "dave", null, version: 9, CancellationToken.None);

        Assert.Equal(0, await db.Relay.RunOnceAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Relays_of_several_processes_tell_everything_once_and_in_order()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([.. Enumerable.Range(1, 900).Select(i => Alert(i, account: $"account-{i % 90}"))]);
        await Task.WhenAll(Enumerable.Range(1, 80).Select(i => db.Cases.ActAsync(IdOf(i), new CaseAction.Assign($"worker-{i}"), "dave", null, null, CancellationToken.None)));
        var before = await db.ScalarAsync<long>("select count(*) from casework.event");

        var numbered = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var count = 0;
            var relay = new EventRelay(db.Source, db.Outbox, Orchestrator.Messaging.Wire.MessageCatalog.Contracts, []);
            while (await db.ScalarAsync<long>("select count(*) from casework.event where number is null") > 0)
                count += await relay.RunOnceAsync(CancellationToken.None);
            return count;
        }));

        Assert.Equal(before, numbered.Sum());
        Assert.Equal(before, await db.ScalarAsync<long>("select count(distinct number) from casework.event"));
        Assert.Equal(90 + 80, db.Outbox.Published.Select(m => m.Id).Distinct().Count());
        Assert.Equal(90 + 80, db.Outbox.Published.Count);
        Assert.Equal(0L, await db.ScalarAsync<long>(
            "select count(*) from casework.event a join casework.event b on a.case_id = b.case_id and a.number < b.number and a.seq > b.seq"));
    }

    [Fact]
    public async Task Case_that_is_overdue_is_told_once()
    {
        await using var db = await CreateAsync(infrastructure);
        await db.TakeAsync([Alert(1)]);
        db.Time.Advance(TimeSpan.FromHours(25));
        await db.Cases.EscalateAsync(CancellationToken.None);
        await db.Cases.EscalateAsync(CancellationToken.None);
        await db.Relay.RunOnceAsync(CancellationToken.None);

        var escalated = Assert.Single(await db.Events.AfterAsync(0, 100, CancellationToken.None), e => e.Kind == EventKinds.CaseEscalated);
        Assert.Equal((1_000, "escalation", true), (escalated.Body.GetProperty("priority").GetInt32(), escalated.Text("actor"), escalated.Body.GetProperty("escalated").GetBoolean()));
    }
}
