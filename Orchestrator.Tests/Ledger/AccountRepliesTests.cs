using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger;

/// <summary>What the ledger tells of commands about accounts, on PostgreSQL.</summary>
public sealed class AccountRepliesTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Opening_is_answered_where_somebody_asks_and_however_often()
    {
        var lane = new LedgerLane(Database);
        Assert.Empty(Told(await lane.RunAsync(Commands.Open("bob", 5))));

        var opened = Assert.IsType<AccountOpened>(Assert.Single(Told(await lane.RunAsync(Commands.Open("alice", 5) with { Reply = true }))));
        lane.Restart();
        var again = Assert.IsType<AccountOpened>(Assert.Single(Told(await lane.RunAsync(Commands.Open("alice", 5) with { Reply = true }))));
        var other = Assert.IsType<AccountOpeningRefused>(Assert.Single(Told(await lane.RunAsync(Commands.Open("alice", 5, "USD") with { Reply = true }))));

        Assert.Equal(("alice", LedgerIds.Open("alice")), (opened.AccountId, opened.CommandId));
        Assert.Equal(opened.CommandId, again.CommandId);
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, other.Reason);
        Assert.Empty(Told(await lane.RunAsync(Commands.Open("alice", 5, "USD"))));
    }

    [Fact]
    public async Task Change_that_took_effect_is_told_whoever_asked_and_a_refusal_where_somebody_waits()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 5));

        Assert.IsType<AccountFrozen>(Assert.Single(Told(await lane.RunAsync(Commands.Freeze(1, "alice")))));
        Assert.Empty(Told(await lane.RunAsync(Commands.Freeze(2, "alice"))));
        var refused = Assert.IsType<AccountCommandRefused>(Assert.Single(Told(await lane.RunAsync(Commands.Freeze(3, "alice") with { Reply = true }))));
        Assert.IsType<AccountUnfrozen>(Assert.Single(Told(await lane.RunAsync(Commands.Unfreeze(4, "alice")))));

        Assert.Equal((Commands.Id(3), LedgerRefusals.AccountFrozen), (refused.CommandId, refused.Reason));
    }

    [Fact]
    public async Task Change_when_it_is_asked_for_again_is_answered_as_the_first_time_under_the_same_id()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 5));
        var freeze = Commands.Freeze(1, "alice") with { Reply = true };
        var first = (await lane.RunAsync(freeze)).Single(p => p.Body is IAccountReply);
        await lane.RunAsync(Commands.Unfreeze(2, "alice"));
        lane.Restart();

        var again = (await lane.RunAsync(freeze)).Single(p => p.Body is IAccountReply);
        var reused = Assert.IsType<AccountCommandRefused>(Assert.Single(Told(await lane.RunAsync(Commands.Close(1, "alice") with { Reply = true }))));

        Assert.Equal(first, again);
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, reused.Reason);
        Assert.Equal(AccountStatus.Open, (await new AccountReader(Database).GetAsync("alice", default))!.Status);
    }

    [Fact]
    public async Task Frozen_account_is_closed_by_whoever_says_so_if_it_is_at_zero()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 5), Commands.Hold(9, "alice", 5), Commands.Freeze(1, "alice"));
        var close = Commands.Close(2, "alice") with { Reply = true };

        Assert.Equal(LedgerRefusals.AccountFrozen, Refusal(await lane.RunAsync(close)));
        Assert.Equal(LedgerRefusals.AccountNotEmpty, Refusal(await lane.RunAsync(close with { CommandId = Commands.Id(3), WhileFrozen = true })));
        await lane.RunAsync(Commands.Capture(10, "alice", hold: 9));
        Assert.IsType<AccountClosed>(Assert.Single(Told(await lane.RunAsync(close with { CommandId = Commands.Id(4), WhileFrozen = true }))));

        Assert.Equal(AccountStatus.Closed, (await new AccountReader(Database).GetAsync("alice", default))!.Status);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    static string Refusal(IEnumerable<LedgerLane.Published> published) => Assert.IsType<AccountCommandRefused>(Assert.Single(Told(published))).Reason;

    static IEnumerable<IAccountReply> Told(IEnumerable<LedgerLane.Published> published) => published.Select(p => p.Body).OfType<IAccountReply>();
}
