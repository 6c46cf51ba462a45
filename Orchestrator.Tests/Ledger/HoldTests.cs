using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Holds that expire, are captured in part, or count against the day.</summary>
public sealed class HoldTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly DateTimeOffset Evening = Commands.Noon.AddHours(8);

    [Fact]
    public async Task Hold_when_its_time_is_over_gives_its_amount_back_and_says_so()
    {
        var lane = await OpenAsync();
        await lane.AskAsync(Commands.Hold(1, "alice", 300) with { ExpiresAt = Evening });
        Assert.Equal(700, await AvailableAsync());
        Assert.Equal(Evening, Assert.Single(lane.Timers).DueAt);

        var published = await lane.WaitUntilAsync(Evening);

        Assert.Equal((Commands.Id(1), "saga"), Assert.IsType<HoldExpired>(Assert.Single(LedgerLane.Replies(published))) is var e ? (e.HoldId, e.ReplyKey) : default);
        var expired = Assert.Single(LedgerLane.Events(published));
        Assert.Equal((LedgerEventType.HoldExpired, 300L, Evening), (expired.Type, expired.AmountMinor, expired.EffectiveAt));
        Assert.Equal(1_000, await AvailableAsync());
        Assert.Equal(LedgerRefusals.HoldExpired, Commands.Refusal(await lane.AskAsync(Commands.Capture(2, "alice", hold: 1))));
        Assert.Equal(LedgerRefusals.HoldExpired, Commands.Refusal(await lane.AskAsync(Commands.Release(3, "alice", hold: 1))));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hold_when_resolved_in_time_does_not_expire(bool captured)
    {
        var lane = await OpenAsync();
        var hold = Commands.Hold(1, "alice", 300) with { ExpiresAt = Evening };
        await lane.AskAsync(hold);
        var timer = Assert.Single(lane.Timers);
        lane.Restart();

        await lane.AskAsync(captured ? Commands.Capture(2, "alice", hold: 1) : Commands.Release(2, "alice", hold: 1));

        Assert.Empty(lane.Timers);
        // It had been read before it was cancelled.
        Assert.Empty(await lane.FireAsync(timer));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Capture_when_it_comes_after_the_time_but_before_the_timer_is_refused()
    {
        var lane = await OpenAsync();
        await lane.AskAsync(Commands.Hold(1, "alice", 300) with { ExpiresAt = Evening });
        lane.BeAwayUntil(Evening);

        Assert.Equal(LedgerRefusals.HoldExpired, Commands.Refusal(await lane.AskAsync(Commands.Capture(2, "alice", hold: 1))));

        Assert.Single(LedgerLane.Events(await lane.WaitUntilAsync(Evening)));
    }

    [Fact]
    public async Task Hold_when_it_would_have_expired_before_it_began_is_refused()
    {
        var lane = await OpenAsync();

        Assert.Equal(
            LedgerRefusals.ExpiryInThePast, Commands.Refusal(await lane.AskAsync(Commands.Hold(1, "alice", 300) with { ExpiresAt = Commands.Noon })));

        Assert.Empty(lane.Timers);
    }

    [Fact]
    public async Task Hold_when_asked_again_with_another_expiry_is_another_body()
    {
        var lane = await OpenAsync();
        var hold = Commands.Hold(1, "alice", 300) with { ExpiresAt = Evening };
        await lane.AskAsync(hold);
        lane.Restart();

        Assert.IsType<HoldPlaced>(await lane.AskAsync(hold));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(hold with { ExpiresAt = Evening.AddHours(1) })));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(hold with { ExpiresAt = null })));
    }

    [Fact]
    public async Task Capture_when_of_a_part_gives_the_rest_back()
    {
        var lane = await OpenAsync();
        await lane.AskAsync(Commands.Hold(1, "alice", 300));
        Assert.Equal(LedgerRefusals.ExceedsHold, Commands.Refusal(await lane.AskAsync(Commands.Capture(2, "alice", hold: 1, amount: 301))));

        var captured = Assert.Single(LedgerLane.Events(await lane.RunAsync(Commands.Capture(3, "alice", hold: 1, amount: 120))));

        Assert.Equal((120, 180L), (captured.AmountMinor, captured.ReleasedMinor));
        Assert.Equal(new AccountCounters(0, 120, 0, 1_000), captured.Counters);
        Assert.Equal(LedgerRefusals.HoldAlreadyCaptured, Commands.Refusal(await lane.AskAsync(Commands.Capture(4, "alice", hold: 1, amount: 180))));
        lane.Restart();
        Assert.IsType<HoldCaptured>(await lane.AskAsync(Commands.Capture(3, "alice", hold: 1, amount: 120)));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(Commands.Capture(3, "alice", hold: 1, amount: 121))));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(Commands.Capture(3, "alice", hold: 1))));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Limit_per_day_when_reached_refuses_until_midnight_and_counts_what_is_held()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 1_000, perDay: 100));
        await lane.RunAsync(Commands.Hold(1, "alice", 60), Commands.Debit(2, "alice", 30), Commands.Hold(3, "alice", 11));
        Assert.Equal(LedgerRefusals.OverDailyLimit, await RefusalAsync(lane, Commands.Hold(4, "alice", 11)));
        await lane.AskAsync(Commands.Capture(5, "alice", hold: 1, amount: 50));
        lane.Restart();

        Assert.Equal(LedgerRefusals.OverDailyLimit, await RefusalAsync(lane, Commands.Debit(6, "alice", 21)));
        Assert.Null(await RefusalAsync(lane, Commands.Debit(7, "alice", 20)));
        lane.BeAwayUntil(new DateTimeOffset(Commands.Noon.Date.AddDays(1), TimeSpan.Zero));

        Assert.Null(await RefusalAsync(lane, Commands.Debit(8, "alice", 100)));
        Assert.Equal(LedgerRefusals.OverDailyLimit, await RefusalAsync(lane, Commands.Debit(9, "alice", 1)));
    }

    [Theory]
    [InlineData(PostingPurpose.Settlement, "settlement:EUR:0")]
    [InlineData(PostingPurpose.Fee, "fee:EUR:0")]
    [InlineData(PostingPurpose.Suspense, "suspense:EUR:0")]
    public async Task Posting_when_it_has_a_purpose_has_that_other_side_and_another_purpose_is_another_body(PostingPurpose purpose, string contra)
    {
        var lane = await OpenAsync();

        var debited = Assert.Single(LedgerLane.Events(await lane.RunAsync(Commands.Debit(1, "alice", 10, purpose: purpose))));
        var credited = Assert.Single(LedgerLane.Events(await lane.RunAsync(Commands.Credit(2, "alice", 4) with { Purpose = purpose })));

        Assert.Equal((contra, contra), (debited.ContraAccountId, credited.ContraAccountId));
        lane.Restart();
        Assert.IsType<Debited>(await lane.AskAsync(Commands.Debit(1, "alice", 10, purpose: purpose)));
        Assert.Equal(
            LedgerRefusals.ExistsWithDifferentBody, await RefusalAsync(lane, Commands.Debit(1, "alice", 10, purpose: PostingPurpose.Transfer)));
        Assert.Equal(994, await AvailableAsync());
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    static async Task<string?> RefusalAsync(LedgerLane lane, ILedgerCommand command) => Commands.Refusal(await lane.AskAsync(command));

    async Task<LedgerLane> OpenAsync()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 1_000));
        return lane;
    }

    async Task<long> AvailableAsync() => (await new AccountReader(Database).GetAsync("alice", default))!.AvailableMinor;
}
