using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Xunit;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>The ways a transaction goes, through the real pipeline.</summary>
public sealed class TransactionSagaTests(SagaPipeline pipeline)
{
    [Fact]
    public async Task Transaction_when_all_goes_well_completes_and_leaves_no_timer()
    {
        var lane = await pipeline.OpenLaneAsync();

        Assert.Empty(await lane.TakeAsync(Submitted()));
        Assert.Single(lane.Timers);
        var hold = Assert.IsType<PlaceHold>(Assert.Single(await lane.TakeAsync(Assessed())));
        Assert.Equal(("alice", 1_250, "EUR", "alice"), (hold.AccountId, hold.AmountMinor, hold.Currency, hold.ReplyKey));
        Assert.Equal("bob", hold.Onward!.DestinationAccountId);
        Assert.Equal(3, new HashSet<Guid> { hold.CommandId, hold.Onward.CreditId, hold.Onward.CaptureId }.Count);
        Assert.IsType<TransactionCompleted>(Assert.Single(await lane.TakeAsync(HoldCaptured())));

        var saga = lane.Find(Id)!;
        Assert.Equal("Completed", saga.CurrentState);
        Assert.Null(saga.DeadlineAt);
        Assert.Null(saga.TimerToken);
        Assert.Equal(hold.CommandId, saga.HoldId);
        Assert.Empty(lane.Timers);
        Assert.Equal(
            ["submitted", "assessed", "posting", "hold_placed", "credited", "hold_captured", "completed"], saga.Timeline.Select(e => e.What));
        // Each step of the ledger when the ledger took it, not when the saga heard of it.
        Assert.Equal(
            [HoldAndCredit.HoldPlacedAt, HoldAndCredit.CreditedAt!.Value, HoldCaptured().At], saga.Timeline.Skip(3).Take(3).Select(e => e.At));
    }

    [Fact]
    public async Task Transaction_when_a_whole_life_is_in_one_unit_completes_with_one_insert_and_no_timer()
    {
        var lane = await pipeline.OpenLaneAsync();

        var published = await lane.TakeAsync(Assessed(), Submitted(), HoldCaptured());

        Assert.Equal([typeof(PlaceHold), typeof(TransactionCompleted)], published.Select(p => p.GetType()));
        Assert.Empty(lane.Timers);
        Assert.Equal(2, lane.Writes); // The row and the tally.
        Assert.Equal(1, lane.Find(Id)!.Version);
    }

    [Fact]
    public async Task Transaction_when_the_assessment_comes_before_the_submission_remembers_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        Assert.Empty(await lane.TakeAsync(Assessed()));
        Assert.Equal("AwaitingSubmission", lane.Find(Id)!.CurrentState);

        Assert.IsType<PlaceHold>(Assert.Single(await lane.TakeAsync(Submitted())));

        Assert.Equal("Posting", lane.Find(Id)!.CurrentState);
    }

    [Fact]
    public async Task Transaction_when_every_message_comes_twice_does_everything_once()
    {
        var lane = await pipeline.OpenLaneAsync();
        object[] messages = [Submitted(), Assessed(), HoldCaptured()];

        foreach (var message in messages)
            await lane.TakeAsync(message, message);
        await lane.TakeAsync(messages);

        Assert.Equal([typeof(PlaceHold), typeof(TransactionCompleted)], lane.Published.Select(p => p.GetType()));
    }

    [Fact]
    public async Task Transaction_when_it_has_ended_ignores_everything_late()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Decline));
        Assert.Equal("Declined", lane.Find(Id)!.CurrentState);

        var published = await lane.TakeAsync(
            Submitted(), Assessed(), Cancelled(), HoldPlaced(), HoldRefused(), CreditRefused(), HoldCaptured(), CaptureRefused(), HoldReleased(), ReleaseRefused());

        Assert.Empty(published);
        Assert.Equal("Declined", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Transaction_when_its_cancelled_timer_fires_after_the_end_ignores_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted());
        var timer = Assert.Single(lane.Timers);
        await lane.TakeAsync(Assessed(), HoldCaptured());

        Assert.Empty(await lane.FireAsync(timer));

        Assert.Equal("Completed", lane.Find(Id)!.CurrentState);
    }

    [Fact]
    public async Task Transaction_when_fraud_is_found_is_declined_and_people_are_told_why()
    {
        var lane = await pipeline.OpenLaneAsync();

        var published = await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Decline));

        Assert.Equal("fraud_declined", Assert.IsType<TransactionDeclined>(published[0]).Reason);
        var alert = Assert.IsType<AlertRaised>(published[1]);
        Assert.Equal(("fraud_declined", 700), (alert.Kind, alert.Score));
        Assert.Equal(["Many in an hour."], alert.Reasons);
    }

    [Fact]
    public async Task Transaction_when_fraud_was_found_before_the_submission_is_declined_on_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Assessed(FraudOutcome.Decline));

        Assert.IsType<TransactionDeclined>((await lane.TakeAsync(Submitted()))[0]);

        Assert.Equal("Declined", lane.Find(Id)!.CurrentState);
    }

    [Fact]
    public async Task Transaction_when_nobody_assesses_it_is_declined_by_default()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted());

        var published = await lane.WaitAsync(TimeSpan.FromSeconds(61));

        Assert.Equal("assessment_timeout", Assert.IsType<TransactionDeclined>(Assert.Single(published)).Reason);
        Assert.Empty(lane.Timers);
        Assert.Empty(await lane.TakeAsync(Assessed()));
    }

    [Fact]
    public async Task Transaction_when_the_lane_was_away_gives_the_assessment_its_time_once_more()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted());
        lane.BeAway(TimeSpan.FromMinutes(10));

        Assert.Empty(await lane.WaitAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal("Assessing", lane.Find(Id)!.CurrentState);
        lane.BeAway(TimeSpan.FromMinutes(10));

        Assert.IsType<TransactionDeclined>(Assert.Single(await lane.WaitAsync(TimeSpan.FromSeconds(1))));
    }

    [Fact]
    public async Task Transaction_when_nobody_assesses_it_and_the_default_is_review_holds_the_funds()
    {
        var lane = await pipeline.OpenLaneAsync(FraudDefault.Review);
        await lane.TakeAsync(Submitted());

        Assert.IsType<PlaceHold>(Assert.Single(await lane.WaitAsync(TimeSpan.FromSeconds(61))));
        await lane.TakeAsync(HoldPlaced());

        Assert.Equal("Held", lane.Find(Id)!.CurrentState);
        Assert.Single(lane.Timers);
    }

    [Theory]
    [InlineData(LedgerRefusals.InsufficientFunds)]
    [InlineData(LedgerRefusals.AccountNotFound)]
    public async Task Transaction_when_the_hold_is_refused_is_declined_for_that_reason(string reason)
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());

        Assert.Equal(reason, Assert.IsType<TransactionDeclined>(Assert.Single(await lane.TakeAsync(HoldRefused(reason)))).Reason);

        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Transaction_when_the_credit_is_refused_releases_the_hold_and_says_so()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());

        var release = Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(CreditRefused())));
        var published = await lane.TakeAsync(HoldReleased());

        Assert.Equal(lane.Published.OfType<PlaceHold>().Single().CommandId, release.HoldId);
        Assert.Equal(LedgerRefusals.AccountNotFound, Assert.IsType<TransactionCompensated>(published[0]).Reason);
        Assert.Equal("compensated", Assert.IsType<AlertRaised>(published[1]).Kind);
        Assert.Equal("Compensated", lane.Find(Id)!.CurrentState);
        Assert.Equal(HoldAlone.HoldPlacedAt, Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "hold_placed").At);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Transaction_when_the_hold_was_released_before_ends_all_the_same()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(), CreditRefused());

        Assert.IsType<TransactionCompensated>((await lane.TakeAsync(ReleaseRefused(LedgerRefusals.HoldAlreadyReleased)))[0]);
    }

    [Fact]
    public async Task Transaction_when_under_review_waits_for_a_person_and_expires()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review));

        var held = await lane.TakeAsync(HoldPlaced());
        Assert.Equal(lane.Now.AddHours(24), Assert.IsType<TransactionHeld>(held[0]).ExpiresAt);
        Assert.Equal("fraud_review", Assert.IsType<AlertRaised>(held[1]).Kind);
        Assert.Empty(await lane.WaitAsync(TimeSpan.FromHours(21)));
        Assert.Equal("hold_expiring", Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromHours(2)))).Kind);
        Assert.Equal("Held", lane.Find(Id)!.CurrentState);
        Assert.IsType<ReleaseHold>(Assert.Single(await lane.WaitAsync(TimeSpan.FromMinutes(60))));

        Assert.Equal("review_expired", Assert.IsType<TransactionDeclined>(Assert.Single(await lane.TakeAsync(HoldReleased()))).Reason);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Transaction_when_a_reply_does_not_come_asks_again_with_the_same_command_and_at_last_tells_people()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());

        await lane.WaitAsync(TimeSpan.FromHours(2));

        var holds = lane.Published.OfType<PlaceHold>().ToList();
        Assert.InRange(holds.Count, 10, 20);
        Assert.Single(holds.Distinct());
        Assert.Equal("transaction_stuck", Assert.Single(lane.Published.OfType<AlertRaised>()).Kind);
        Assert.Single(lane.Timers);
        await lane.TakeAsync(HoldCaptured());
        Assert.Equal("Completed", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Transaction_when_the_capture_is_refused_stays_and_people_are_told()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());

        Assert.Equal("transaction_stuck", Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(CaptureRefused()))).Kind);

        Assert.Single(lane.Timers);
        Assert.IsType<TransactionCompleted>(Assert.Single(await lane.TakeAsync(CaptureRefused(LedgerRefusals.HoldAlreadyCaptured))));
    }
}
