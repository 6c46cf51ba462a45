using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Ledger;
using static Orchestrator.Tests.AccountSagas.AccountMessages;

namespace Orchestrator.Tests.AccountSagas;

/// <summary>Accounts that alerts freeze, and what people decide about them.</summary>
public sealed class AccountFreezeTests(AccountPipeline pipeline)
{
    [Fact]
    public async Task Alerts_when_they_are_many_in_a_day_freeze_the_account_and_its_review_unfreezes_it()
    {
        var lane = await pipeline.OpenLaneAsync();
        Assert.Empty(await lane.TakeAsync(Alert(1), Alert(2)));
        Assert.Equal("Open", lane.State);

        var freeze = Assert.IsType<FreezeAccount>(Assert.Single(await lane.TakeAsync(Alert(3, "fraud_review", 700))));
        var alert = Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Frozen(lane))));
        Assert.Equal("Frozen", lane.State);
        var unfreeze = Assert.IsType<UnfreezeAccount>(Assert.Single(await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze))));
        Assert.Empty(await lane.TakeAsync(Unfrozen(lane)));

        Assert.Equal((Account, "3 alerts within 24 hours", true), (freeze.AccountId, freeze.Reason, freeze.Reply));
        Assert.Equal(("account_frozen", 800, "The account is frozen: 3 alerts within 24 hours."), (alert.Kind, alert.Score, Assert.Single(alert.Reasons)));
        Assert.Equal("decided by carol: looked at it", unfreeze.Reason);
        Assert.Equal("Open", lane.State);
        Assert.Empty(lane.Timers);
        Assert.Equal(
            ["alert_counted", "alert_counted", "alert_counted", "freeze_asked", "frozen", "unfreeze_decided", "unfreeze_asked", "unfrozen"],
            lane.Find()!.Timeline.Select(e => e.What));
    }

    [Fact]
    public async Task Alerts_when_they_are_far_apart_or_doubtful_or_the_same_do_not_freeze()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Alert(1), Alert(2, at: Noon.AddHours(2)), Alert(3, at: Noon.AddHours(25)), Alert(3, at: Noon.AddHours(25)));
        await lane.TakeAsync(Alert(4, "fraud_review", 699), Alert(5, "compensated"), Alert(6, "account_frozen"), Alert(7, "account_opening"));

        Assert.Empty(lane.Published);
        Assert.Equal(2, lane.Find()!.Alerts.Count);
        // Late, and out of order: it happened between the two.
        Assert.IsType<FreezeAccount>(Assert.Single(await lane.TakeAsync(Alert(8, at: Noon.AddHours(3)))));
    }

    [Fact]
    public async Task Alert_that_does_not_count_leaves_nothing_behind()
    {
        var lane = await pipeline.OpenLaneAsync();

        Assert.Empty(await lane.TakeAsync(Alert(1, "compensated"), Idle(days: 3)));

        Assert.Null(lane.Find());
        Assert.Equal(0, lane.Writes);
    }

    [Fact]
    public async Task Alerts_of_before_a_review_do_not_freeze_again()
    {
        var lane = await FrozenAsync();
        await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze));
        await lane.TakeAsync(Unfrozen(lane));

        Assert.Empty(await lane.TakeAsync(Alert(11, at: lane.Now.AddHours(-1)), Alert(12, at: lane.Now.AddHours(-1)), Alert(13, at: lane.Now.AddHours(-1))));
        Assert.Empty(lane.Find()!.Alerts);
        Assert.IsType<FreezeAccount>(Assert.Single(await lane.TakeAsync(Alert(14, at: lane.Now), Alert(15, at: lane.Now), Alert(16, at: lane.Now))));
        Assert.Equal(2, lane.Published.OfType<FreezeAccount>().Select(f => f.CommandId).Distinct().Count());
    }

    [Fact]
    public async Task Freeze_when_it_is_not_answered_is_asked_for_again_with_the_same_bytes_and_people_are_told()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Alert(1), Alert(2), Alert(3));

        await lane.WaitAsync(TimeSpan.FromHours(2));

        Assert.InRange(lane.Published.OfType<FreezeAccount>().Count(), 10, 30);
        Assert.Single(lane.Published.OfType<FreezeAccount>().Distinct());
        Assert.Equal("account_stuck", Assert.Single(lane.Published.OfType<AlertRaised>()).Kind);
        Assert.Single(lane.Timers);
    }

    [Fact]
    public async Task Freeze_when_nobody_decides_stays_and_people_are_reminded()
    {
        var lane = await FrozenAsync();

        var first = Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(7))));
        await lane.TakeAsync(Reviewed(AccountDecision.KeepFrozen));
        Assert.Empty(await lane.WaitAsync(TimeSpan.FromDays(6)));
        var second = Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(1))));

        Assert.Equal(("account_frozen", "account_frozen"), (first.Kind, second.Kind));
        Assert.Equal(3, lane.Published.OfType<AlertRaised>().Select(a => a.AlertId).Distinct().Count());
        Assert.Equal("Frozen", lane.State);
    }

    [Fact]
    public async Task Close_when_there_is_money_on_it_is_refused_by_name_and_the_account_stays_frozen()
    {
        var lane = await FrozenAsync();
        var close = Assert.IsType<CloseAccount>(Assert.Single(await lane.TakeAsync(Reviewed(AccountDecision.Close))));

        var alert = Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Refused(lane, LedgerRefusals.AccountNotEmpty))));

        Assert.True(close.WhileFrozen);
        Assert.Equal("The account could not be closed: account_not_empty. It stays frozen.", Assert.Single(alert.Reasons));
        Assert.Equal(("Frozen", "account_not_empty"), (lane.State, lane.Find()!.Reason));
        Assert.Single(lane.Timers);
        var again = Assert.IsType<CloseAccount>(Assert.Single(await lane.TakeAsync(Reviewed(AccountDecision.Close))));
        Assert.NotEqual(close.CommandId, again.CommandId);
        await lane.TakeAsync(Closed(lane));
        Assert.Equal("Closed", lane.State);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Account_when_it_is_closed_takes_no_notice_of_what_comes_late()
    {
        var lane = await FrozenAsync();
        var timer = Assert.Single(lane.Timers);
        await lane.TakeAsync(Reviewed(AccountDecision.Close));
        await lane.TakeAsync(Closed(lane));

        Assert.Empty(await lane.TakeAsync(
            Reviewed(AccountDecision.Unfreeze), Alert(7), Alert(8), Alert(9), Idle(), Frozen(lane), Unfrozen(lane), FrozenByHand(), Requested(), Opened(),
            Refused(lane, LedgerRefusals.AccountNotFrozen)));
        Assert.Empty(await lane.FireAsync(timer));

        Assert.Equal("Closed", lane.State);
    }

    [Fact]
    public async Task Timer_when_a_review_was_first_is_ignored_and_the_review_after_the_timer_counts()
    {
        var lane = await FrozenAsync();
        var timer = Assert.Single(lane.Timers);
        await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze));

        Assert.Empty(await lane.FireAsync(timer));
        Assert.Equal("Unfreezing", lane.State);

        var other = await FrozenAsync();
        await other.WaitAsync(TimeSpan.FromDays(7));
        Assert.IsType<UnfreezeAccount>(Assert.Single(await other.TakeAsync(Reviewed(AccountDecision.Unfreeze))));
    }

    [Fact]
    public async Task Freeze_of_a_person_is_respected()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(FrozenByHand());
        Assert.Equal("FrozenByHand", lane.State);

        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze), Alert(1), Alert(2), Alert(3), Idle()));
        Assert.Empty(lane.Timers);
        await lane.TakeAsync(UnfrozenByHand());

        Assert.Equal("Open", lane.State);
        Assert.Contains(lane.Find()!.Timeline, e => e.What == "review_refused");
    }

    [Fact]
    public async Task Freeze_when_somebody_was_there_before_is_that_persons()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Alert(1), Alert(2), Alert(3));

        Assert.Equal("account_frozen", Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Refused(lane, LedgerRefusals.AccountFrozen)))).Kind);

        Assert.Equal("FrozenByHand", lane.State);
        Assert.Empty(await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze)));
    }

    [Fact]
    public async Task Freeze_when_a_person_ends_it_is_over_and_an_answer_of_before_changes_nothing()
    {
        var lane = await FrozenAsync();
        var late = Frozen(lane, seconds: -1);
        await lane.TakeAsync(UnfrozenByHand());

        await lane.TakeAsync(late, FrozenByHand(Noon));

        Assert.Equal("Open", lane.State);
        Assert.Empty(lane.Timers);
    }

    [Theory]
    [InlineData(LedgerRefusals.AccountNotFound, "Open")]
    [InlineData(LedgerRefusals.AccountClosed, "Closed")]
    public async Task Freeze_when_it_is_refused_goes_on_as_the_account_is(string reason, string state)
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Alert(1), Alert(2), Alert(3));

        Assert.Empty(await lane.TakeAsync(Refused(lane, reason)));

        Assert.Equal(state, lane.State);
        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Account_when_nothing_has_happened_for_a_year_is_dormant_until_somebody_says_otherwise()
    {
        var lane = await pipeline.OpenLaneAsync();
        Assert.Equal("no event since 2024-11-28", Assert.IsType<FreezeAccount>(Assert.Single(await lane.TakeAsync(Idle(), Idle()))).Reason);
        Assert.Equal("account_dormant", Assert.IsType<AlertRaised>(Assert.Single(await lane.TakeAsync(Frozen(lane)))).Kind);
        Assert.Equal("Dormant", lane.State);
        Assert.Empty(await lane.TakeAsync(Idle(), Alert(1), Alert(2), Alert(3)));
        Assert.Equal("account_dormant", Assert.IsType<AlertRaised>(Assert.Single(await lane.WaitAsync(TimeSpan.FromDays(180)))).Kind);

        Assert.IsType<UnfreezeAccount>(Assert.Single(await lane.TakeAsync(Reviewed(AccountDecision.Unfreeze))));
        await lane.TakeAsync(Unfrozen(lane));

        Assert.Equal("Open", lane.State);
    }

    [Fact]
    public async Task Dormant_account_when_its_customer_comes_back_is_open()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Idle());
        await lane.TakeAsync(Frozen(lane));

        await lane.TakeAsync(UnfrozenByHand());

        Assert.Equal("Open", lane.State);
        Assert.Empty(lane.Timers);
    }

    async Task<AccountLane> FrozenAsync()
    {
        var lane = await pipeline.OpenLaneAsync();
        await lane.TakeAsync(Alert(1), Alert(2), Alert(3));
        await lane.TakeAsync(Frozen(lane));
        Assert.Equal("Frozen", lane.State);
        return lane;
    }
}
