using CsCheck;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Transfers and reversals over the lanes of both accounts.</summary>
public sealed class TransferTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly string[] Names = ["alice", "bob", "carol", "dave"];

    [Fact]
    public async Task Transfer_when_all_goes_well_moves_the_money_and_is_answered_once()
    {
        var network = await OpenAsync();

        var reply = Assert.IsType<TransferPosted>(await network.AskAsync(Commands.Transfer(1, "alice", "bob", 300)));

        Assert.Equal((Commands.Id(1), Commands.Id(1), "alice"), (reply.CommandId, reply.TransactionId, reply.ReplyKey));
        Assert.Equal((700, 1_300), (await AvailableAsync("alice"), await AvailableAsync("bob")));
        var received = (await new AccountReader(Database).GetEventsAsync("bob", 0, 10, default))[^1];
        Assert.Equal(("alice", Commands.Id(1)), (received.CounterpartyAccountId, received.TransactionId));
    }

    [Theory]
    [InlineData("alice", "alice", 1, "EUR", LedgerRefusals.SameAccount)]
    [InlineData("alice", "bob", 1_001, "EUR", LedgerRefusals.InsufficientFunds)]
    [InlineData("alice", "nobody", 1, "EUR", LedgerRefusals.AccountNotFound)]
    [InlineData("alice", "dave", 1, "EUR", LedgerRefusals.CurrencyMismatch)]
    [InlineData("alice", "dave", 1, "USD", LedgerRefusals.CurrencyMismatch)]
    [InlineData("nobody", "alice", 1, "EUR", LedgerRefusals.AccountNotFound)]
    public async Task Transfer_when_it_cannot_be_is_refused_by_name_and_nothing_stays_on_hold(string from, string to, long amount, string currency, string reason)
    {
        var network = await OpenAsync();
        var transfer = Commands.Transfer(1, from, to, amount, currency);

        Assert.Equal(reason, Assert.IsType<TransferRefused>(await network.AskAsync(transfer)).Reason);
        network.Restart();
        Assert.Equal(reason, Assert.IsType<TransferRefused>(await network.AskAsync(transfer)).Reason);

        Assert.Equal(1_000, await AvailableAsync("alice"));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfer_when_asked_again_with_another_destination_or_amount_is_another_body()
    {
        var network = await OpenAsync();
        await network.AskAsync(Commands.Transfer(1, "alice", "bob", 300));
        network.Restart();

        Assert.IsType<TransferPosted>(await network.AskAsync(Commands.Transfer(1, "alice", "bob", 300)));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, await RefusalAsync(network, Commands.Transfer(1, "alice", "carol", 300)));
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, await RefusalAsync(network, Commands.Transfer(1, "alice", "bob", 301)));
        Assert.Equal(700, await AvailableAsync("alice"));
    }

    [Fact]
    public async Task Transfer_when_its_hold_was_given_back_by_somebody_is_not_credited_when_asked_again()
    {
        var network = await OpenAsync();
        var transfer = Commands.Transfer(1, "alice", "bob", 300);
        // The credit is lost on the way.
        await network.LaneOf("alice").RunAsync(transfer);
        await network.LaneOf("alice").AskAsync(Commands.Release(2, "alice", hold: 1));
        network.Restart();

        Assert.Equal(LedgerRefusals.HoldAlreadyReleased, await RefusalAsync(network, transfer));

        Assert.Equal((1_000, 1_000), (await AvailableAsync("alice"), await AvailableAsync("bob")));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Reversal_when_asked_sends_the_whole_amount_back_once()
    {
        var network = await OpenAsync();
        await network.AskAsync(Commands.Transfer(1, "alice", "bob", 300));

        Assert.IsType<TransferPosted>(await network.AskAsync(Commands.Reverse(2, "bob", transfer: 1)));

        Assert.Equal((1_000, 1_000), (await AvailableAsync("alice"), await AvailableAsync("bob")));
        var undone = (await new AccountReader(Database).GetEventsAsync("bob", 0, 10, default))[^1];
        Assert.Equal((LedgerEventType.HoldCaptured, Commands.Id(1), "alice"), (undone.Type, undone.ReversesTransactionId, undone.CounterpartyAccountId));
        Assert.Equal(LedgerRefusals.AlreadyReversed, await RefusalAsync(network, Commands.Reverse(3, "bob", transfer: 1)));
        network.Restart();
        Assert.IsType<TransferPosted>(await network.AskAsync(Commands.Reverse(2, "bob", transfer: 1)));
        Assert.Equal(LedgerRefusals.AlreadyReversed, await RefusalAsync(network, Commands.Reverse(4, "bob", transfer: 1)));
        Assert.Equal(LedgerRefusals.TransferNotFound, await RefusalAsync(network, Commands.Reverse(5, "alice", transfer: 1)));
        Assert.Equal(LedgerRefusals.TransferNotFound, await RefusalAsync(network, Commands.Reverse(6, "bob", transfer: 77)));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Reversal_when_it_came_to_nothing_may_be_asked_for_again_under_another_id()
    {
        var network = await OpenAsync();
        await network.AskAsync(Commands.Transfer(1, "alice", "bob", 300));
        await network.AskAsync(Commands.Transfer(2, "alice", "carol", 700));
        await network.LaneOf("alice").RunAsync(Commands.Close(3, "alice"));
        Assert.Equal(LedgerRefusals.AccountClosed, await RefusalAsync(network, Commands.Reverse(4, "bob", transfer: 1)));
        network.Restart();

        // Refused again for what is true, not because of the first attempt.
        Assert.Equal(LedgerRefusals.AccountClosed, await RefusalAsync(network, Commands.Reverse(5, "bob", transfer: 1)));

        Assert.Equal(1_300, await AvailableAsync("bob"));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfers_and_reversals_when_their_steps_are_repeated_and_reordered_keep_every_minor_unit() =>
        await Gen.Select(Gen.Int[0, 3].Array[24], Gen.Int[0, 3].Array[24], Gen.Int[1, 600].Array[24], Gen.Int[0, 9_999].Array[150]).SampleAsync(
            async (from, to, amounts, choices) =>
            {
                await EmptyAsync();
                var network = await OpenAsync();
                foreach (var choice in choices)
                {
                    var which = choice / 10 % from.Length;
                    switch (choice % 10)
                    {
                        case < 3:
                            network.Send(Commands.Transfer(which + 1, Names[from[which]], Names[to[which]], amounts[which], to[which] == 3 ? "USD" : "EUR"));
                            break;
                        // Two attempts for each transfer: one of them wins at most.
                        case 3 or 4:
                            network.Send(Commands.Reverse(100 + (which * 2) + (choice % 10 - 3), Names[to[which]], which + 1));
                            break;
                        case 5:
                            network.Repeat(choice);
                            break;
                        case 6 when choice % 7 == 0:
                            network.Restart();
                            break;
                        default:
                            await network.DeliverAsync(choice);
                            break;
                    }
                }
                await network.SettleAsync();

                var posted = network.Replies.OfType<TransferPosted>().Select(r => r.CommandId).ToHashSet();
                Assert.Empty(posted.Intersect(network.Replies.OfType<TransferRefused>().Where(r => r.Reason != LedgerRefusals.ExistsWithDifferentBody).Select(r => r.CommandId)));
                var expected = Names.ToDictionary(n => n, _ => 1_000L, StringComparer.Ordinal);
                for (var i = 0; i < from.Length; i++)
                {
                    var reversals = Enumerable.Range(100 + (i * 2), 2).Count(id => posted.Contains(Commands.Id(id)));
                    Assert.InRange(reversals, 0, posted.Contains(Commands.Id(i + 1)) ? 1 : 0);
                    if (!posted.Contains(Commands.Id(i + 1)) || reversals == 1)
                        continue;
                    expected[Names[from[i]]] -= amounts[i];
                    expected[Names[to[i]]] += amounts[i];
                }
                foreach (var (name, balance) in expected)
                    Assert.Equal(balance, (await new AccountReader(Database).GetAsync(name, default))!.AvailableMinor);
                Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
            },
            iter: Samples.Of(20), threads: 1);

    static async Task<string?> RefusalAsync(LedgerNetwork network, ILedgerCommand command) => Commands.Refusal(await network.AskAsync(command));

    Task<LedgerNetwork> OpenAsync() => LedgerNetwork.OpenAsync(Database);

    async Task<long> AvailableAsync(string id) => (await new AccountReader(Database).GetAsync(id, default))!.AvailableMinor;
}
