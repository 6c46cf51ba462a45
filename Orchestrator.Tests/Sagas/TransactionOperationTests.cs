using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>What operators do to transactions, and the audit of all that people do.</summary>
public sealed class TransactionOperationTests(SagaPipeline pipeline, TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    public static TheoryData<string> Asking => ["Holding", "Posting", "Releasing", "Reversing"];

    [Theory]
    [MemberData(nameof(Asking))]
    public async Task Retry_where_an_answer_is_waited_for_sends_the_same_command_at_once(string state)
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(state == "Holding" ? FraudOutcome.Review : FraudOutcome.Approve));
        if (state == "Releasing")
            await lane.TakeAsync(CreditRefused());
        if (state == "Reversing")
            await lane.TakeAsync(HoldCaptured(), ReversalAsked());
        Assert.Equal(state, lane.Find(Id)!.CurrentState);
        var (before, deadline) = (lane.Published.OfType<ILedgerCommand>().Last(), lane.Find(Id)!.DeadlineAt);
        lane.BeAway(TimeSpan.FromSeconds(10));

        Assert.Equal(before, Assert.Single(await lane.TakeAsync(Retried(), Retried())));

        Assert.Equal((state, deadline), (lane.Find(Id)!.CurrentState, lane.Find(Id)!.DeadlineAt));
        Assert.Equal("olga: looked into it", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "retried").Why);
        Assert.Single(lane.Timers);
    }

    [Fact]
    public async Task Retry_where_nothing_was_asked_of_the_ledger_is_refused_by_name()
    {
        var lane = await pipeline.OpenLaneAsync();
        Assert.Empty(await lane.TakeAsync(Submitted(), Retried()));
        Assert.Equal("olga: retry, nothing_to_ask_for", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "operation_refused").Why);
    }

    [Fact]
    public async Task Move_from_assessing_to_a_review_holds_the_funds_and_waits_for_a_person()
    {
        var lane = await pipeline.OpenLaneAsync();

        Assert.Null(Assert.IsType<PlaceHold>(Assert.Single(await lane.TakeAsync(Submitted(), Moved("holding")))).Onward);
        // The assessment comes after all: people look now.
        Assert.Empty(await lane.TakeAsync(Assessed()));
        Assert.IsType<TransactionHeld>((await lane.TakeAsync(HoldPlaced()))[0]);
    }

    [Fact]
    public async Task Move_to_a_refusal_declines_and_gives_back_what_is_held()
    {
        var assessing = await pipeline.OpenLaneAsync();
        Assert.Equal("declined_by_operator", Assert.IsType<TransactionDeclined>(Assert.Single(await assessing.TakeAsync(Submitted(), Moved("declined")))).Reason);
        Assert.Empty(assessing.Timers);

        var held = await pipeline.OpenLaneAsync();
        await held.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());
        Assert.IsType<ReleaseHold>(Assert.Single(await held.TakeAsync(Moved("declined"), Reviewed())));
        Assert.Equal("declined_by_operator", Assert.IsType<TransactionDeclined>(Assert.Single(await held.TakeAsync(HoldReleased()))).Reason);
    }

    [Fact]
    public async Task Move_on_goes_where_a_release_would_go()
    {
        var held = await pipeline.OpenLaneAsync();
        await held.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());
        Assert.IsType<Credit>(Assert.Single(await held.TakeAsync(Moved("posting"))));

        var manual = await pipeline.OpenLaneAsync();
        await manual.TakeAsync(SubmittedForCapture(), Assessed(FraudOutcome.Review), HoldPlaced());
        Assert.IsType<TransactionAuthorised>(Assert.Single(await manual.TakeAsync(Moved("posting"), Moved("authorised", 2))));
        Assert.IsType<ReleaseHold>(Assert.Single(await manual.TakeAsync(Moved("voided", 3))));
        Assert.IsType<TransactionVoided>(Assert.Single(await manual.TakeAsync(HoldReleased())));
    }

    [Fact]
    public async Task Move_where_money_may_have_moved_is_refused_by_name()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());
        foreach (var state in TransactionStates.Names)
            Assert.Empty(await lane.TakeAsync(Moved(state, state.Length), Resolved(state, 100 + state.Length)));

        Assert.Equal("Posting", lane.Find(Id)!.CurrentState);
        Assert.Equal(
            ["olga: move, move_not_allowed", "olga: resolve, not_parked"], lane.Find(Id)!.Timeline.Where(e => e.What == "operation_refused").Select(e => e.Why));
        Assert.Equal([new AllowedOperation(SagaOperation.Retry)], TransactionOperations.Of(lane.Find(Id)!));
    }

    [Fact]
    public async Task Audit_has_all_that_was_asked_and_what_became_of_it_and_is_never_changed()
    {
        await using var provider = await SagaPipeline.StartAsync(FraudDefault.Decline, Database);
        var lane = await StoredAsync(provider);
        await lane.TakeAsync(SubmittedForCapture(), Assessed(FraudOutcome.Review), HoldPlaced());
        await lane.TakeAsync(CaptureAsked(), Reviewed(ReviewDecision.AskForMore), Reviewed(request: 8), Reviewed(ReviewDecision.ConfirmFraud, request: 9));
        await lane.TakeAsync(CaptureAsked(500, request: 2), Cancelled(), CaptureAsked(600, request: 3));
        await lane.TakeAsync(HoldCaptured(), ReversalAsked(), ReversalRefused());
        await lane.TakeAsync(Moved("declined"), Resolved("completed", 2), Resolved("completed", 2));

        var acts = await new OperationReader(Database).OfAsync(Id, CancellationToken.None);
        var said = acts.Select(a => $"{a.Kind} {a.Actor}: {a.FromState} to {a.ToState} {a.Refusal}".TrimEnd()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            new HashSet<string>(StringComparer.Ordinal)
            {
                "capture publisher: Held to Held not_authorised", "review carol: Held to Held", "review carol: Held to Authorised", "review carol: Authorised to Authorised not_held",
                "capture publisher: Authorised to Posting", "cancellation publisher: Posting to Posting too_late", "capture publisher: Posting to Posting already_captured",
                "reversal erin: Completed to Reversing", "move olga: CompensationFailed to CompensationFailed move_not_allowed", "resolve olga: CompensationFailed to Completed",
            },
            said);
        Assert.Equal(10, acts.Count);
        foreach (var change in new[] { "update sagas.operation set actor = 'nobody'", "delete from sagas.operation", "truncate sagas.operation" })
            Assert.Equal("23001", (await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsync(change))).SqlState);
        await StartedBus.StopAsync(provider);
    }

    [Fact]
    public async Task Unit_when_nobody_asks_for_anything_writes_no_more_than_before()
    {
        await using var provider = await SagaPipeline.StartAsync(FraudDefault.Decline, Database);
        var lane = await StoredAsync(provider);

        await lane.TakeAsync(Submitted(), Assessed(), HoldCaptured());

        Assert.Equal(2, lane.Writes);
        Assert.Null(lane.Find(Id)!.Details);
        await StartedBus.StopAsync(provider);
    }

    async Task<TransactionLane> StoredAsync(IServiceProvider provider)
    {
        var processor = SagaPipeline.Processor(provider);
        await processor.OpenAsync(CancellationToken.None);
        return new TransactionLane(processor, Database);
    }
}
