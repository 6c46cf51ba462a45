using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>A transaction that is authorised first, and captured later by its publisher.</summary>
public sealed class TransactionCaptureTests(SagaPipeline pipeline)
{
    [Fact]
    public async Task Capture_of_a_part_credits_and_captures_the_part_and_says_what_was_given_back()
    {
        var lane = await AuthorisedAsync();

        var credit = Assert.IsType<Credit>(Assert.Single(await lane.TakeAsync(CaptureAsked(500))));
        var completed = Assert.IsType<TransactionCompleted>(Assert.Single(await lane.TakeAsync(HoldCaptured())));

        Assert.Equal((500L, 500L), (credit.AmountMinor, credit.Onward!.AmountMinor));
        Assert.Equal((500L, 750L), (completed.AmountMinor, completed.ReleasedMinor));
        Assert.Equal(
            ["submitted", "assessed", "placing_hold", "hold_placed", "authorised", "capture_requested", "posting", "credited", "hold_captured", "completed"],
            lane.Find(Id)!.Timeline.Select(e => e.What));
        Assert.Empty(lane.Timers);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1_250L)]
    public async Task Capture_of_all_is_the_same_whether_the_amount_is_named_or_not(long? amount)
    {
        var lane = await AuthorisedAsync();

        var credit = Assert.IsType<Credit>(Assert.Single(await lane.TakeAsync(CaptureAsked(amount))));
        var completed = Assert.IsType<TransactionCompleted>(Assert.Single(await lane.TakeAsync(HoldCaptured())));

        Assert.Equal((1_250L, null), (credit.AmountMinor, credit.Onward!.AmountMinor));
        Assert.Equal((1_250L, null), (completed.AmountMinor, completed.ReleasedMinor));
    }

    [Fact]
    public async Task Authorisation_when_nobody_captures_warns_and_gives_the_hold_back()
    {
        var lane = await AuthorisedAsync();
        var authorised = Assert.Single(lane.Published.OfType<TransactionAuthorised>());
        Assert.Equal((1_250L, lane.Now.AddDays(7)), (authorised.AmountMinor, authorised.ExpiresAt));

        Assert.Empty(await lane.WaitAsync(TimeSpan.FromDays(5)));
        Assert.Equal("authorisation_expiring", Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(1)))).Kind);
        Assert.IsType<ReleaseHold>(Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(1))));

        Assert.Equal("authorisation_expired", Assert.IsType<TransactionDeclined>(Assert.Single(await lane.TakeAsync(HoldReleased()))).Reason);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Capture_of_more_than_is_held_is_refused_by_name_and_another_may_follow()
    {
        var lane = await AuthorisedAsync();

        Assert.Empty(await lane.TakeAsync(CaptureAsked(1_251)));
        Assert.Equal("exceeds_hold: 1251 of 1250", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "capture_request_refused").Why);

        Assert.IsType<Credit>(Assert.Single(await lane.TakeAsync(CaptureAsked(1_250, request: 2))));
    }

    [Fact]
    public async Task Capture_after_another_is_refused_and_one_that_comes_again_is_not()
    {
        var lane = await AuthorisedAsync();
        await lane.TakeAsync(CaptureAsked(500), CaptureAsked(500));

        Assert.Empty(await lane.TakeAsync(CaptureAsked(700, request: 2)));
        await lane.TakeAsync(HoldCaptured(), CaptureAsked(500), CaptureAsked(700, request: 2));

        Assert.Equal("already_captured", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "capture_request_refused").Why);
        Assert.Equal(500, Assert.Single(lane.Published.OfType<Credit>()).AmountMinor);
    }

    [Fact]
    public async Task Cancellation_and_capture_take_effect_whichever_comes_first()
    {
        var cancelled = await AuthorisedAsync();
        Assert.IsType<ReleaseHold>(Assert.Single(await cancelled.TakeAsync(Cancelled(), CaptureAsked())));
        Assert.Equal("not_authorised", Assert.Single(cancelled.Find(Id)!.Timeline, e => e.What == "capture_request_refused").Why);
        Assert.IsType<TransactionVoided>(Assert.Single(await cancelled.TakeAsync(HoldReleased())));

        var captured = await AuthorisedAsync();
        Assert.IsType<Credit>(Assert.Single(await captured.TakeAsync(CaptureAsked(), Cancelled())));
        Assert.Equal("too late", Assert.Single(captured.Find(Id)!.Timeline, e => e.What == "cancel_refused").Why);
        Assert.IsType<TransactionCompleted>(Assert.Single(await captured.TakeAsync(HoldCaptured())));
    }

    [Fact]
    public async Task Review_of_what_is_captured_by_hand_authorises_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(SubmittedForCapture(), Assessed(FraudOutcome.Review), HoldPlaced());

        var published = await lane.TakeAsync(Reviewed());

        Assert.IsType<FraudLabelled>(published[0]);
        Assert.IsType<TransactionAuthorised>(published[1]);
        Assert.Equal("Authorised", lane.Find(Id)!.CurrentState);
        Assert.IsType<Credit>(Assert.Single(await lane.TakeAsync(CaptureAsked(1))));
    }

    [Fact]
    public async Task Capture_by_hand_when_the_verdict_comes_before_the_submission_is_held_as_well()
    {
        var lane = await pipeline.OpenLaneAsync();

        var published = await lane.TakeAsync(Assessed(), SubmittedForCapture());

        Assert.Null(Assert.IsType<PlaceHold>(Assert.Single(published)).Onward);
        Assert.IsType<TransactionAuthorised>(Assert.Single(await lane.TakeAsync(HoldPlaced())));
    }

    [Fact]
    public async Task Capture_when_the_payee_refuses_gives_the_hold_back()
    {
        var lane = await AuthorisedAsync();
        await lane.TakeAsync(CaptureAsked(500));

        Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(CreditRefused())));
        Assert.IsType<TransactionCompensated>((await lane.TakeAsync(HoldReleased()))[0]);
    }

    [Fact]
    public async Task Compensation_is_registered_before_each_step_and_no_longer_than_there_is_something_to_undo()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(SubmittedForCapture());
        Assert.Empty(Compensation.Of(lane.Find(Id)!));
        await lane.TakeAsync(Assessed());
        Assert.Equal([new("release_hold", StepIds.Of(Id, "release"), "registered")], Compensation.Of(lane.Find(Id)!));
        await lane.TakeAsync(HoldPlaced(), CaptureAsked(500));
        Assert.Equal(["release_hold", "reverse_transfer"], Compensation.Of(lane.Find(Id)!).Select(c => c.What));
        await lane.TakeAsync(HoldCaptured());
        Assert.Equal([new("reverse_transfer", StepIds.Of(Id, "reverse"), "registered")], Compensation.Of(lane.Find(Id)!));
        await lane.TakeAsync(ReversalAsked());
        Assert.Equal("asked", Assert.Single(Compensation.Of(lane.Find(Id)!)).State);
        await lane.TakeAsync(ReversalRefused());
        Assert.Equal("failed", Assert.Single(Compensation.Of(lane.Find(Id)!)).State);
        await lane.TakeAsync(Retried(), ReversalPosted("reverse:1"));
        Assert.Empty(Compensation.Of(lane.Find(Id)!));
    }

    async Task<TransactionLane> AuthorisedAsync()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(SubmittedForCapture(), Assessed(), HoldPlaced());
        Assert.Equal("Authorised", lane.Find(Id)!.CurrentState);
        return lane;
    }
}
