using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

public sealed class AccountReaderTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Account_when_read_does_show_counters_limits_and_what_is_available()
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("alice", 1_000, overdraft: 50, limit: 400), Commands.Hold(1, "alice", 300));

        var account = await new AccountReader(Database).GetAsync("alice", default);

        Assert.Equal(
            new AccountView(
                "alice", "customer-alice", "EUR", 50, 400, new AccountCounters(300, 0, 0, 1_000), 750, 3, Commands.Noon.AddHours(1).AddMilliseconds(1), AccountStatus.Open),
            account);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("settlement:EUR:0")]
    public async Task Account_when_it_is_no_customers_does_not_show(string accountId)
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("alice", 1_000));

        Assert.Null(await new AccountReader(Database).GetAsync(accountId, default));
    }

    [Fact]
    public async Task Events_when_paged_does_give_each_once_in_order()
    {
        await new LedgerLane(Database).RunAsync(
            Commands.Open("alice", 1_000), Commands.Hold(1, "alice", 300), Commands.Capture(2, "alice", hold: 1), Commands.Credit(3, "alice", 5));
        var reader = new AccountReader(Database);

        var first = await reader.GetEventsAsync("alice", 0, 3, default);
        var second = await reader.GetEventsAsync("alice", first[^1].Version, 3, default);

        AccountEventView[] all = [.. first, .. second];
        Assert.Equal([1L, 2L, 3L, 4L, 5L], all.Select(e => e.Version));
        Assert.Equal(
            [LedgerEventType.Opened, LedgerEventType.Credited, LedgerEventType.HoldPlaced, LedgerEventType.HoldCaptured, LedgerEventType.Credited],
            all.Select(e => e.Type));
        Assert.Equal([null, "settlement:EUR:0", null, "clearing:EUR:0", "clearing:EUR:0"], all.Select(e => e.ContraAccountId));
        Assert.Equal(Commands.Id(1), all[3].HoldId);
        Assert.Empty(await reader.GetEventsAsync("alice", 5, 3, default));
    }
}
