using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Xunit;
using static Orchestrator.Tests.Sagas.TransactionMessages;

namespace Orchestrator.Tests.Sagas;

/// <summary>A transaction that its publisher takes back, at every point.</summary>
public sealed class TransactionCancellationTests(SagaPipeline pipeline)
{
    [Fact]
    public async Task Cancellation_when_it_comes_before_the_submission_voids_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        Assert.Empty(await lane.TakeAsync(Cancelled()));

        Assert.Equal("changed my mind", Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(Submitted()))).Reason);

        Assert.Empty(lane.Timers);
        Assert.Empty(await lane.TakeAsync(Assessed()));
    }

    [Fact]
    public async Task Cancellation_when_the_submission_never_comes_ends_and_still_counts_if_it_comes_after_all()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Cancelled());

        await lane.WaitAsync(TimeSpan.FromHours(25));
        Assert.Equal("NeverSubmitted", lane.Find(Id)!.CurrentState);
        Assert.Empty(lane.Timers);

        Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(Submitted())));
    }

    [Fact]
    public async Task Cancellation_while_assessing_voids_at_once()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted());

        Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(Cancelled())));

        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Cancellation_while_the_hold_is_under_way_waits_for_it_and_releases_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review));
        Assert.Empty(await lane.TakeAsync(Cancelled(), Cancelled()));

        Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(HoldPlaced())));
        Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(HoldReleased())));

        Assert.Null(Assert.Single(lane.Published.OfType<PlaceHold>()).Onward);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Cancellation_while_the_hold_is_refused_voids_without_a_release()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), Cancelled());

        Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(HoldRefused())));
    }

    [Fact]
    public async Task Cancellation_while_under_review_releases_the_hold()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed(FraudOutcome.Review), HoldPlaced());

        Assert.IsType<ReleaseHold>(Assert.Single(await lane.TakeAsync(Cancelled())));
        Assert.IsType<TransactionVoided>(Assert.Single(await lane.TakeAsync(HoldReleased())));
    }

    [Fact]
    public async Task Cancellation_once_it_is_approved_is_refused_and_noted_once()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Submitted(), Assessed());

        Assert.Empty(await lane.TakeAsync(Cancelled()));
        await lane.TakeAsync(Cancelled(), HoldCaptured());

        var saga = lane.Find(Id)!;
        Assert.Equal("Completed", saga.CurrentState);
        Assert.False(saga.CancelRequested);
        Assert.Equal("too late", Assert.Single(saga.Timeline, e => e.What == "cancel_refused").Why);
    }
}
