using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>A transaction that a person looks at.</summary>
public sealed class TransactionReviewTests(SagaPipeline pipeline)
{
    [Fact]
    public async Task Review_when_it_releases_goes_on_from_the_hold_and_is_a_label()
    {
        var lane = await HeldAsync();

        var published = await lane.TakeAsync(Reviewed());

        var label = Assert.IsType<FraudLabelled>(published[0]);
        Assert.Equal((false, LabelSource.Case, Id, "called the customer"), (label.IsFraud, label.Source, label.TransactionId, label.Reason));
        var credit = Assert.IsType<Credit>(published[1]);
        var hold = Assert.Single(lane.Published.OfType<PlaceHold>());
        Assert.Equal(("bob", 1_250L, "EUR"), (credit.AccountId, credit.AmountMinor, credit.Currency));
        Assert.Equal(("alice", hold.CommandId, Noon), (credit.Onward!.AccountId, credit.Onward.HoldId, credit.Onward.HoldPlacedAt));
        Assert.Null(credit.Onward.TransferId);
        Assert.IsType<TransactionCompleted>(Assert.Single(await lane.TakeAsync(HoldCaptured())));
        Assert.Equal(
            ["submitted", "assessed", "placing_hold", "hold_placed", "held", "released", "posting", "credited", "hold_captured", "completed"],
            lane.Find(Id)!.Timeline.Select(e => e.What));
        Assert.Equal("carol: called the customer", lane.Find(Id)!.Timeline[5].Why);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Review_when_the_posting_is_not_answered_asks_again_with_the_same_credit()
    {
        var lane = await HeldAsync();
        await lane.TakeAsync(Reviewed());

        await lane.WaitAsync(TimeSpan.FromHours(2));

        Assert.InRange(lane.Published.OfType<Credit>().Count(), 10, 20);
        Assert.Single(lane.Published.OfType<Credit>().Distinct());
        Assert.Single(lane.Published.OfType<PlaceHold>());
    }

    [Fact]
    public async Task Review_when_the_payee_refuses_gives_the_hold_back()
    {
        var lane = await HeldAsync();
        await lane.TakeAsync(Reviewed());

        Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(CreditRefused())));
        Assert.IsType<TransactionCompensated>((await lane.TakeAsync(HoldReleased()))[0]);
    }

    [Fact]
    public async Task Review_when_it_confirms_the_fraud_gives_the_hold_back_and_declines()
    {
        var lane = await HeldAsync();

        var published = await lane.TakeAsync(Reviewed(ReviewDecision.ConfirmFraud));

        Assert.True(Assert.IsType<FraudLabelled>(published[0]).IsFraud);
        Assert.IsType<ReleaseHold>(published[1]);
        Assert.Equal("fraud_confirmed", Assert.IsType<TransactionDeclined>(Assert.Single(await lane.TakeAsync(HoldReleased()))).Reason);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Review_when_it_asks_for_more_begins_the_time_anew_but_not_for_ever()
    {
        var lane = await HeldAsync();
        for (var i = 0; i < 3; i++)
        {
            await lane.WaitAsync(TimeSpan.FromHours(20));
            Assert.Empty(await lane.TakeAsync(Reviewed(ReviewDecision.AskForMore, request: i), Reviewed(ReviewDecision.AskForMore, request: i)));
            Assert.Equal(lane.Now.AddHours(24), lane.Find(Id)!.DeadlineAt);
        }

        Assert.Empty(await lane.TakeAsync(Reviewed(ReviewDecision.AskForMore)));
        Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "review_refused");
        Assert.Equal("hold_expiring", Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromHours(23)))).Kind);
        Assert.IsType<ReleaseHold>(Assert.Single(await lane.WaitAsync(TimeSpan.FromHours(1))));
    }

    [Theory]
    [InlineData(ReviewDecision.Release)]
    [InlineData(ReviewDecision.ConfirmFraud)]
    public async Task Review_when_another_was_first_changes_nothing_and_is_noted(ReviewDecision second)
    {
        var lane = await HeldAsync();
        await lane.TakeAsync(Reviewed(second == ReviewDecision.Release ? ReviewDecision.ConfirmFraud : ReviewDecision.Release));
        var state = lane.Find(Id)!.CurrentState;

        Assert.Empty(await lane.TakeAsync(Reviewed(second, request: 8), Reviewed(second, request: 8)));

        Assert.Equal(state, lane.Find(Id)!.CurrentState);
        Assert.Equal("carol: not_held", Assert.Single(lane.Find(Id)!.Timeline, e => e.What == "review_refused").Why);
    }

    [Fact]
    public async Task Review_when_it_comes_again_is_not_refused_for_what_it_has_done()
    {
        var lane = await HeldAsync();
        await lane.TakeAsync(Reviewed(), Reviewed(), HoldCaptured(), Reviewed());

        Assert.DoesNotContain(lane.Find(Id)!.Timeline, e => e.What == "review_refused");
    }

    [Fact]
    public async Task Review_when_nobody_comes_and_the_default_is_to_approve_posts()
    {
        var lane = await pipeline.OpenLaneAsync(reviewDefault: FraudOutcome.Approve);
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());

        var published = await lane.WaitAsync(TimeSpan.FromHours(24));

        Assert.Equal("hold_expiring", Assert.IsType<AlertRaised>(published[0]).Kind);
        Assert.IsType<Credit>(published[1]);
        Assert.Equal("Posting", lane.Find(Id)!.CurrentState);
    }

    [Fact]
    public async Task Review_when_a_service_of_before_placed_the_hold_goes_on_from_it_all_the_same()
    {
        var lane = await HeldAsync();
        lane.Find(Id)!.HoldPlacedAt = null;

        Assert.IsType<Credit>((await lane.TakeAsync(Reviewed()))[1]);
    }

    async Task<TransactionLane> HeldAsync()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());
        Assert.Equal("Held", lane.Find(Id)!.CurrentState);
        return lane;
    }
}
