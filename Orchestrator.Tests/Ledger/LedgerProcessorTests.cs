using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Units of work of a ledger lane on PostgreSQL.</summary>
public sealed class LedgerProcessorTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Transfer_when_all_goes_well_does_move_the_money_across_lanes()
    {
        var (source, destination) = (new LedgerLane(Database), new LedgerLane(Database, partition: 1));
        await source.RunAsync(Commands.Open("alice", 1_000));
        await destination.RunAsync(Commands.Open("bob"));

        Assert.IsType<HoldPlaced>(await source.AskAsync(Commands.Hold(1, "alice", 300)));
        Assert.Equal(new AccountCounters(300, 0, 0, 1_000), (await AccountAsync("alice")).Counters);
        Assert.IsType<Credited>(await destination.AskAsync(Commands.Credit(2, "bob", 300)));
        Assert.Equal(["ledger_clearing_settled"], await LedgerInvariants.BrokenAsync(Database, settled: true));
        Assert.IsType<HoldCaptured>(await source.AskAsync(Commands.Capture(3, "alice", hold: 1)));

        Assert.Equal(700, (await AccountAsync("alice")).AvailableMinor);
        Assert.Equal(300, (await AccountAsync("bob")).AvailableMinor);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfer_when_credit_is_refused_does_end_with_the_hold_released()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 1_000));

        await lane.AskAsync(Commands.Hold(1, "alice", 300));
        Assert.Equal(LedgerRefusals.AccountNotFound, Commands.Refusal(await lane.AskAsync(Commands.Credit(2, "nobody", 300))));
        Assert.IsType<HoldReleased>(await lane.AskAsync(Commands.Release(3, "alice", hold: 1)));

        Assert.Equal(1_000, (await AccountAsync("alice")).AvailableMinor);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Batch_when_commands_build_on_each_other_does_decide_them_in_order()
    {
        var lane = new LedgerLane(Database);

        var published = await lane.RunAsync(
            Commands.Open("alice", 100), Commands.Hold(1, "alice", 80), Commands.Hold(2, "alice", 30), Commands.Release(3, "alice", hold: 1),
            Commands.Hold(4, "alice", 30), Commands.Capture(5, "alice", hold: 4), Commands.Capture(6, "alice", hold: 4));

        Assert.Equal(
            [null, LedgerRefusals.InsufficientFunds, null, null, null, LedgerRefusals.HoldAlreadyCaptured],
            LedgerLane.Replies(published).Select(Commands.Refusal));
        var events = LedgerLane.Events(published).ToList();
        Assert.Equal([1L, 2L, 3L, 4L, 5L, 6L], events.Select(e => e.Version));
        Assert.Equal(new AccountCounters(0, 30, 0, 100), events[^1].Counters);
        Assert.Equal((await AccountAsync("alice")).Counters, events[^1].Counters);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Command_when_sent_again_does_get_the_first_reply_again(bool restarted)
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100));
        object[] commands = [Commands.Hold(1, "alice", 80), Commands.Hold(2, "alice", 80), Commands.Capture(3, "alice", hold: 1), Commands.Credit(4, "alice", 5)];
        var first = await lane.RunAsync(commands);
        // Whoever asks again may do so later.
        var later = commands.Select(c => c is PlaceHold p ? p with { RequestedAt = p.RequestedAt.AddDays(400) } : c);
        if (restarted)
            lane.Restart();

        var again = await lane.RunAsync(later);

        Assert.Empty(LedgerLane.Events(again));
        Assert.Equal(LedgerLane.Replies(first), LedgerLane.Replies(again));
        Assert.Equal(first.Where(p => p.Body is ILedgerReply).Select(p => p.Id), again.Select(p => p.Id));
    }

    [Fact]
    public async Task Command_when_twice_in_a_batch_does_take_effect_once()
    {
        var lane = new LedgerLane(Database);

        var published = await lane.RunAsync(Commands.Open("alice", 100), Commands.Credit(1, "alice", 5), Commands.Credit(1, "alice", 5));

        Assert.Equal(105, (await AccountAsync("alice")).AvailableMinor);
        Assert.Equal(2, LedgerLane.Replies(published).OfType<Credited>().Count());
    }

    [Fact]
    public async Task Command_when_its_id_was_used_with_another_body_does_get_refused_and_change_nothing()
    {
        var (lane, other) = (new LedgerLane(Database), new LedgerLane(Database, partition: 1));
        await lane.RunAsync(Commands.Open("alice", 100));
        await other.RunAsync(Commands.Open("bob", 100));
        await lane.AskAsync(Commands.Credit(1, "alice", 5));
        await lane.AskAsync(Commands.Hold(2, "alice", 500));

        ILedgerCommand[] others = [Commands.Credit(1, "alice", 6), Commands.Hold(1, "alice", 5), Commands.Hold(2, "alice", 50)];
        foreach (var command in others)
            Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(command)));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await other.AskAsync(Commands.Credit(1, "bob", 5))));

        Assert.Equal(105, (await AccountAsync("alice")).AvailableMinor);
        Assert.Equal(100, (await AccountAsync("bob")).AvailableMinor);
    }

    [Fact]
    public async Task OpenAccount_when_sent_again_does_change_nothing()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100));

        Assert.Empty(await lane.RunAsync(Commands.Open("alice", 100)));
        lane.Restart();
        Assert.Empty(await lane.RunAsync(Commands.Open("alice", 100), Commands.Open("alice", 100, "USD")));

        Assert.Equal(100, (await AccountAsync("alice")).AvailableMinor);
    }

    [Fact]
    public async Task Account_when_unknown_at_first_does_work_once_it_is_opened()
    {
        var lane = new LedgerLane(Database);

        Assert.Equal(LedgerRefusals.AccountNotFound, Commands.Refusal(await lane.AskAsync(Commands.Credit(1, "alice", 5))));
        await lane.RunAsync(Commands.Open("alice"));

        Assert.IsType<Credited>(await lane.AskAsync(Commands.Credit(2, "alice", 5)));
        // The first refusal stands, for ever.
        Assert.Equal(LedgerRefusals.AccountNotFound, Commands.Refusal(await lane.AskAsync(Commands.Credit(1, "alice", 5))));
    }

    [Fact]
    public async Task Unit_when_lost_before_its_commit_does_leave_no_trace()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100));
        object[] unit = [Commands.Open("bob", 7), Commands.Hold(1, "alice", 80), Commands.Capture(2, "alice", hold: 1), Commands.Credit(3, "bob", 1)];

        await lane.LoseAsync(unit);

        Assert.Null(await new AccountReader(Database).GetAsync("bob", default));
        Assert.Equal([null, null, null], LedgerLane.Replies(await lane.RunAsync(unit)).Select(Commands.Refusal));
        Assert.Equal(20, (await AccountAsync("alice")).AvailableMinor);
        Assert.Equal(["ledger_clearing_settled"], await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Unit_when_committed_unnoticed_and_run_again_does_take_effect_once()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100));
        object[] unit = [Commands.Hold(1, "alice", 80), Commands.Capture(2, "alice", hold: 1), Commands.Credit(3, "alice", 80)];

        await lane.CommitUnnoticedAsync(unit);
        var again = await lane.RunAsync(unit);

        Assert.Empty(LedgerLane.Events(again));
        Assert.Equal(100, (await AccountAsync("alice")).AvailableMinor);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Former_owner_when_another_has_written_does_lose_and_then_read_anew()
    {
        var (former, owner) = (new LedgerLane(Database), new LedgerLane(Database));
        await former.RunAsync(Commands.Open("alice", 100));
        await owner.AskAsync(Commands.Hold(1, "alice", 80));

        // It still believes in 100: the database does not.
        await Assert.ThrowsAsync<LostRaceException>(() => former.RunOnceAsync(Commands.Hold(2, "alice", 80)));

        Assert.Equal(LedgerRefusals.InsufficientFunds, Commands.Refusal(await former.AskAsync(Commands.Hold(2, "alice", 80))));
    }

    [Fact]
    public async Task Hold_when_two_owners_resolve_it_does_let_one_win()
    {
        var (one, two) = (new LedgerLane(Database), new LedgerLane(Database));
        await one.RunAsync(Commands.Open("alice", 200), Commands.Open("bob"), Commands.Hold(1, "alice", 80), Commands.Hold(2, "alice", 80));
        // The other owner gets to know the hold, not the account: no version protects it, only the database's own constraint does.
        Assert.Equal(LedgerRefusals.HoldNotFound, Commands.Refusal(await two.AskAsync(Commands.Release(3, "bob", hold: 1))));
        await one.AskAsync(Commands.Capture(4, "alice", hold: 1));

        var lost = await Assert.ThrowsAsync<PostgresException>(() => two.RunOnceAsync(Commands.Release(5, "alice", hold: 1)));

        Assert.Equal("event_hold_resolved", lost.ConstraintName);
        Assert.Equal(LedgerRefusals.HoldAlreadyCaptured, Commands.Refusal(await two.AskAsync(Commands.Release(5, "alice", hold: 1))));
        Assert.Equal(new AccountCounters(80, 80, 0, 200), (await AccountAsync("alice")).Counters);
    }

    [Fact]
    public async Task Database_when_it_cannot_be_read_does_not_make_the_lane_believe_that_accounts_are_gone()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100));
        lane.Restart();
        await ExecuteAsync("alter table ledger.refusal rename to hidden");
        await Assert.ThrowsAsync<PostgresException>(() => lane.RunAsync(Commands.Credit(1, "alice", 5)));
        await ExecuteAsync("alter table ledger.hidden rename to refusal");

        Assert.IsType<Credited>(await lane.AskAsync(Commands.Credit(1, "alice", 5)));
    }

    async Task<AccountView> AccountAsync(string id)
    {
        var account = await new AccountReader(Database).GetAsync(id, default);
        Assert.NotNull(account);
        return account;
    }
}
