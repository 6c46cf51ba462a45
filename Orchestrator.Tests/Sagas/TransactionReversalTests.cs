using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>A completed transaction that is undone, and what the ledger refuses to undo.</summary>
public sealed class TransactionReversalTests(SagaPipeline pipeline)
{
    [Fact]
    public async Task Reversal_when_the_payee_pays_back_is_announced()
    {
        var lane = await CompletedAsync();

        var reverse = Assert.IsType<Reverse>(Assert.Single(await lane.TakeAsync(ReversalAsked())));
        Assert.Single(lane.Timers);
        var reversed = Assert.IsType<TransactionReversed>(Assert.Single(await lane.TakeAsync(ReversalPosted())));

        Assert.Equal(("bob", StepIds.Of(Id, "credit"), "alice"), (reverse.AccountId, reverse.CreditId, reverse.ReplyKey));
        Assert.NotEqual(Id, reverse.TransactionId);
        Assert.Equal((1_250L, "the goods came back"), (reversed.AmountMinor, reversed.Reason));
        Assert.Equal(["completed", "reversal_requested", "reversing", "reversed"], lane.Find(Id)!.Timeline.TakeLast(4).Select(e => e.What));
        Assert.Equal("Reversed", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Reversal_of_a_part_sends_the_part_back()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(SubmittedForCapture(), Assessed(), HoldPlaced(), CaptureAsked(500), HoldCaptured(), ReversalAsked());

        Assert.Equal(500, Assert.IsType<TransactionReversed>(Assert.Single(await lane.TakeAsync(ReversalPosted()))).AmountMinor);
    }

    [Fact]
    public async Task Reversal_when_no_answer_comes_is_asked_for_again_under_the_same_id()
    {
        var lane = await CompletedAsync();
        await lane.TakeAsync(ReversalAsked());

        await lane.WaitAsync(TimeSpan.FromHours(2));

        Assert.InRange(lane.Published.OfType<Reverse>().Count(), 10, 20);
        Assert.Single(lane.Published.OfType<Reverse>().Distinct());
        Assert.Equal("transaction_stuck", Assert.Single(lane.Published.OfType<AlertRaised>()).Kind);
        await lane.TakeAsync(ReversalPosted());
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Reversal_after_another_or_too_early_is_refused_by_name()
    {
        var early = await pipeline.OpenLaneAsync();
        Assert.Empty(await early.TakeAsync(Submitted(), ReversalAsked()));
        Assert.Equal("erin: not_completed", Assert.Single(early.Find(Id)!.Timeline, e => e.What == "reversal_refused").Why);

        var lane = await CompletedAsync();
        await lane.TakeAsync(ReversalAsked(), ReversalAsked());
        Assert.Empty(await lane.TakeAsync(ReversalAsked(request: 2)));
        await lane.TakeAsync(ReversalPosted(), ReversalAsked());
        Assert.Empty(await lane.TakeAsync(ReversalAsked(request: 3)));
        Assert.Equal("erin: already_reversed", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "reversal_refused").Why);
        Assert.Single(lane.Published.OfType<Reverse>());
    }

    [Fact]
    public async Task Cancellation_of_what_has_completed_is_refused_with_a_hint()
    {
        var lane = await CompletedAsync();

        Assert.Empty(await lane.TakeAsync(Cancelled()));

        Assert.Equal("completed: it can be reversed", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "cancel_refused").Why);
        Assert.Equal("Completed", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Reversal_when_the_payee_cannot_pay_back_waits_for_people_who_are_reminded_and_ask_anew()
    {
        var lane = await CompletedAsync();
        await lane.TakeAsync(ReversalAsked());

        var alert = Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(ReversalRefused())));
        Assert.Equal("compensation_failed", alert.Kind);
        Assert.Equal("CompensationFailed", lane.Find(Id)!.CurrentState);
        var reminders = await lane.WaitAsync(TimeSpan.FromDays(40));
        Assert.Equal(31, reminders.Select(r => Assert.IsType<AlertRaised>(r).AlertId).Append(alert.AlertId).Distinct().Count());
        Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(30)));

        var again = Assert.IsType<Reverse>(Assert.Single(await lane.TakeAsync(Retried(), Retried())));
        Assert.Equal(StepIds.Of(Id, "reverse:1"), again.CommandId);
        // What was said of the first is known.
        Assert.Empty(await lane.TakeAsync(ReversalRefused()));
        Assert.IsType<TransactionReversed>(Assert.Single(await lane.TakeAsync(ReversalPosted("reverse:1"))));
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Reversal_that_is_given_up_leaves_the_transaction_completed_and_may_be_asked_for_once_more()
    {
        var lane = await CompletedAsync();
        await lane.TakeAsync(ReversalAsked(), ReversalRefused());

        Assert.Empty(await lane.TakeAsync(Resolved("completed")));
        Assert.Equal("Completed", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);

        Assert.Equal(StepIds.Of(Id, "reverse:1"), Assert.IsType<Reverse>(Assert.Single(await lane.TakeAsync(ReversalAsked(request: 2)))).CommandId);
        Assert.IsType<TransactionReversed>(Assert.Single(await lane.TakeAsync(ReversalPosted("reverse:1"))));
    }

    [Theory]
    [InlineData("compensated", typeof(TransactionCompensated))]
    [InlineData("declined", typeof(TransactionDeclined))]
    [InlineData("voided", typeof(TransactionVoided))]
    public async Task Release_that_is_refused_waits_for_people_who_say_how_it_ended(string state, Type end)
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(), CreditRefused());

        Assert.Equal("compensation_failed", Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(ReleaseRefused()))).Kind);
        Assert.Empty((await lane.WaitAsync(TimeSpan.FromDays(2))).OfType<ReleaseHold>());
        Assert.Empty(await lane.TakeAsync(Resolved("reversed"), Resolved("completed", 2)));

        Assert.IsType(end, (await lane.TakeAsync(Resolved(state, 3)))[0]);
        Assert.Equal(state, TransactionStates.Shown(lane.Find(Id)!.CurrentState));
        Assert.Equal("olga: looked into it", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "resolved").Why);
        Assert.Empty(lane.Timers);
        Assert.Empty(await lane.TakeAsync(Resolved(state, 3), Resolved(state, 4)));
    }

    [Fact]
    public async Task Release_that_is_refused_is_asked_anew_under_another_id()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(), CreditRefused(), ReleaseRefused());

        var release = Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(Retried())));
        Assert.Equal(StepIds.Of(Id, "release:1"), release.CommandId);
        Assert.Empty(await lane.TakeAsync(ReleaseRefused()));
        Assert.Equal("compensation_failed", Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(ReleaseRefused(step: "release:1")))).Kind);
        await lane.TakeAsync(Retried(2));
        Assert.IsType<TransactionCompensated>((await lane.TakeAsync(ReleaseRefused(LedgerRefusals.HoldExpired, step: "release:2")))[0]);
    }

    async Task<TransactionLane> CompletedAsync()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(), HoldCaptured());
        Assert.Equal("Completed", lane.Find(Id)!.CurrentState);
        return lane;
    }
}
