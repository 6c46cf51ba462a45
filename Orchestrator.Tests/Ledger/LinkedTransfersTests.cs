using CsCheck;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Several transfers of which all take effect or none, over the lanes of their accounts.</summary>
public sealed class LinkedTransfersTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly string[] Names = ["alice", "bob", "carol", "dave"];

    [Fact]
    public async Task Chain_when_all_agree_moves_every_amount_and_answers_for_each()
    {
        var network = await LinkedNetwork.OpenAsync(Database);

        network.Send(Chain(("alice", "bob", 300), ("bob", "carol", 200), ("carol", "alice", 1_000)));
        await network.SettleAsync();

        Assert.All(Enumerable.Range(1, 3), i => Assert.Null(network.RefusalOf(Commands.Id(i))));
        Assert.Equal((1_700, 1_100, 200), (await AvailableAsync("alice"), await AvailableAsync("bob"), await AvailableAsync("carol")));
        Assert.Empty(network.LaneOf("alice").Timers);
        await HoldsAsync();
    }

    [Theory]
    [InlineData(0, "alice", "bob", 1_001, LedgerRefusals.InsufficientFunds)]
    [InlineData(0, "alice", "alice", 1, LedgerRefusals.SameAccount)]
    [InlineData(1, "bob", "nobody", 1, LedgerRefusals.AccountNotFound)]
    [InlineData(1, "nobody", "alice", 1, LedgerRefusals.AccountNotFound)]
    [InlineData(2, "alice", "dave", 1, LedgerRefusals.CurrencyMismatch)]
    [InlineData(2, "dave", "alice", 1, LedgerRefusals.CurrencyMismatch)]
    public async Task Chain_when_one_cannot_be_is_refused_whole_and_says_which(int at, string from, string to, long amount, string reason)
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        var transfers = new List<(string, string, long)> { ("alice", "bob", 10), ("bob", "carol", 20) };
        transfers.Insert(at, (from, to, amount));

        network.Send(Chain([.. transfers]));
        await network.SettleAsync();

        for (var i = 0; i < 3; i++)
        {
            var refused = network.RefusalOf(Commands.Id(i + 1))!;
            Assert.Equal((i == at ? reason : LedgerRefusals.LinkedTransferFailed, at), (refused.Reason, refused.FailedIndex));
            var view = (await new PostingReader(Database).FindTransferAsync(Commands.Id(i + 1), default))!;
            Assert.Equal((TransferState.Refused, refused.Reason, at, ChainId(3)), (view.State, view.Reason, view.FailedIndex, view.ChainId));
        }
        Assert.All(await Task.WhenAll(Names.Select(AvailableAsync)), available => Assert.Equal(1_000, available));
        await HoldsAsync();
    }

    [Fact]
    public async Task Chain_when_only_its_hold_stands_in_between_is_seen_as_pending_and_resolved_by_nobody_else()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        network.Send(Chain(("alice", "bob", 300), ("alice", "carol", 200)));
        await network.DeliverAsync(0);
        network.Lose("bob");
        await network.DeliverAsync(0);

        Assert.Equal(TransferState.Pending, (await new PostingReader(Database).FindTransferAsync(Commands.Id(1), default))!.State);
        var lane = network.LaneOf("alice");
        foreach (var restart in new[] { false, true })
        {
            if (restart)
                network.Restart();
            Assert.Equal(LedgerRefusals.HoldIsLinked, Commands.Refusal(await lane.AskAsync(Commands.Release(restart ? 92 : 90, "alice", hold: 1))));
            Assert.Equal(LedgerRefusals.HoldIsLinked, Commands.Refusal(await lane.AskAsync(Commands.Capture(restart ? 93 : 91, "alice", hold: 1))));
            Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, Commands.Refusal(await lane.AskAsync(Commands.Transfer(1, "alice", "bob", 300))));
        }
    }

    [Fact]
    public async Task Chain_when_an_account_does_not_answer_is_given_up_and_late_answers_change_nothing()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        network.Send(Chain(("alice", "bob", 300), ("bob", "carol", 200)));
        await network.DeliverAsync(0);
        network.Lose("carol");
        await network.SettleAsync();
        Assert.Equal(700, await AvailableAsync("alice"));
        network.Restart();

        await network.WaitUntilAsync(Commands.Noon.AddHours(2));
        await network.SettleAsync();

        Assert.Equal((LedgerRefusals.LinkedTransferFailed, 1), (network.RefusalOf(Commands.Id(1))!.Reason, network.RefusalOf(Commands.Id(1))!.FailedIndex));
        Assert.Equal(LedgerRefusals.LinkedTimedOut, network.RefusalOf(Commands.Id(2))!.Reason);
        Assert.Equal((1_000, 1_000), (await AvailableAsync("alice"), await AvailableAsync("bob")));
        await HoldsAsync();
    }

    [Fact]
    public async Task Chain_when_what_follows_the_decision_is_lost_and_it_is_asked_for_again_goes_on()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        var chain = Chain(("alice", "bob", 300), ("bob", "carol", 200));
        network.Send(chain);
        while (await CountAsync("select count(*) from ledger.linked where state = 1") == 0)
            await network.DeliverAsync(0);
        network.Lose("bob");
        network.Lose("carol");
        network.Restart();
        Assert.Empty(network.Replies);

        network.Send(chain);
        await network.SettleAsync();
        network.Send(chain);
        await network.SettleAsync();

        Assert.Equal(2, network.Replies.Count);
        Assert.Equal((700, 1_100, 1_200), (await AvailableAsync("alice"), await AvailableAsync("bob"), await AvailableAsync("carol")));
        await HoldsAsync();
    }

    [Fact]
    public async Task Chain_when_an_id_of_it_was_used_before_is_refused_and_the_other_stays_as_it_is()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        network.Send(Commands.Transfer(2, "bob", "carol", 200));
        await network.SettleAsync();
        network.Restart();

        network.Send(Chain(("alice", "bob", 300), ("bob", "carol", 200)));
        await network.SettleAsync();

        Assert.Equal((LedgerRefusals.LinkedTransferFailed, 1), (network.RefusalOf(Commands.Id(1))!.Reason, network.RefusalOf(Commands.Id(1))!.FailedIndex));
        Assert.Equal(
            [nameof(TransferPosted), nameof(TransferRefused)],
            network.Replies.Values.Where(r => r.CommandId == Commands.Id(2)).Select(r => r.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal((1_000, 800, 1_200), (await AvailableAsync("alice"), await AvailableAsync("bob"), await AvailableAsync("carol")));

        // Nor does another chain under the same id.
        network.Replies.Clear();
        network.Send(Chain(("alice", "bob", 301), ("bob", "carol", 200)));
        await network.SettleAsync();
        Assert.Equal(LedgerRefusals.ExistsWithDifferentBody, network.RefusalOf(ChainId(2))!.Reason);
        await HoldsAsync();
    }

    [Fact]
    public async Task Account_when_it_has_promised_to_take_an_amount_is_not_closed_until_the_chain_has_ended()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        network.Send(Commands.Open("erin"));
        await network.SettleAsync();
        network.Send(Chain(("alice", "erin", 300), ("bob", "carol", 200)));
        await network.DeliverAsync(0);
        await network.LaneOf("erin").RunAsync(Commands.Close(70, "erin"));
        await network.SettleAsync();
        Assert.Equal((LedgerRefusals.AccountClosed, LedgerRefusals.LinkedTransferFailed), (network.RefusalOf(Commands.Id(1))!.Reason, network.RefusalOf(Commands.Id(2))!.Reason));

        network.Send(Commands.Open("frank"));
        await network.SettleAsync();
        // frank promises and is asked to close in one unit, and once more after a restart.
        network.Send(Chain(10, ("alice", "frank", 300), ("bob", "carol", 200)));
        await network.DeliverAsync(0);
        network.Send(Commands.Close(73, "frank"));
        await network.DeliverTogetherAsync(1);
        network.Restart();
        network.Send(Commands.Close(74, "frank"));
        await network.DeliverTogetherAsync(1);
        Assert.Equal(2, await CountAsync("select count(*) from ledger.refusal where reason = 'account_not_empty'"));
        await network.SettleAsync();
        Assert.Equal(300, await AvailableAsync("frank"));
        await HoldsAsync();
    }

    [Fact]
    public async Task Chains_and_transfers_when_they_cross_and_lanes_restart_never_take_effect_in_part() =>
        await Gen.Select(Gen.Int[0, 3].Array[20], Gen.Int[0, 3].Array[20], Gen.Int[1, 700].Array[20], Gen.Int[2, 4].Array[6], Gen.Int[0, 9_999].Array[140])
            .SampleAsync(
                async (from, to, amounts, lengths, choices) =>
                {
                    await EmptyAsync();
                    var network = await LinkedNetwork.OpenAsync(Database);
                    var chains = new List<LinkedTransfers>();
                    for (var (c, next) = (0, 0); c < lengths.Length && next + lengths[c] <= from.Length; next += lengths[c++])
                        chains.Add(Chain(next + 1, [.. Enumerable.Range(next, lengths[c]).Select(i => (Names[from[i]], Names[to[i]], (long)amounts[i]))]));
                    var now = Commands.Noon.AddHours(2);
                    foreach (var choice in choices)
                    {
                        switch (choice % 12)
                        {
                            case 0 or 1:
                                network.Send(chains[choice / 12 % chains.Count]);
                                break;
                            case 2:
                                network.Send(Commands.Transfer(100 + (choice % 50), Names[choice % 3], Names[choice / 7 % 3], amounts[choice % 20]));
                                break;
                            case 3:
                                network.Send(choice % 2 == 0 ? Commands.Freeze(200 + choice, Names[choice / 12 % 4]) : Commands.Unfreeze(200 + choice, Names[choice / 12 % 4]));
                                break;
                            case 4:
                                network.Restart();
                                break;
                            case 5:
                                await network.DeliverTogetherAsync(choice / 12);
                                break;
                            case 6 when choice % 5 == 0:
                                await network.WaitUntilAsync(now = now.AddSeconds(40));
                                break;
                            default:
                                await network.DeliverAsync(choice / 12, lose: choice % 7 == 0);
                                break;
                        }
                    }
                    await network.SettleAsync();

                    var posted = network.Replies.Values.OfType<TransferPosted>().Select(r => r.CommandId).ToHashSet();
                    var expected = Names.ToDictionary(n => n, _ => 1_000L, StringComparer.Ordinal);
                    foreach (var chain in chains)
                    {
                        Assert.Contains(chain.Transfers.Count(t => posted.Contains(t.TransferId)), new[] { 0, chain.Transfers.Count });
                        foreach (var t in chain.Transfers.Where(t => posted.Contains(t.TransferId)))
                        {
                            expected[t.SourceAccountId] -= t.AmountMinor;
                            expected[t.DestinationAccountId] += t.AmountMinor;
                        }
                    }
                    foreach (var single in posted.Except(chains.SelectMany(c => c.Transfers).Select(t => t.TransferId)))
                    {
                        var view = (await new PostingReader(Database).FindTransferAsync(single, default))!;
                        expected[view.SourceAccountId!] -= view.AmountMinor!.Value;
                        expected[view.DestinationAccountId!] += view.AmountMinor.Value;
                    }
                    foreach (var (name, balance) in expected)
                        Assert.Equal(balance, await AvailableAsync(name));
                    await HoldsAsync();
                },
                iter: Samples.Of(25), threads: 1);

    static LinkedTransfers Chain(params (string From, string To, long Amount)[] transfers) => Chain(1, transfers);

    static LinkedTransfers Chain(int firstId, params (string From, string To, long Amount)[] transfers) => new(
        LedgerIds.ChainOf(Enumerable.Range(firstId, transfers.Length).Select(Commands.Id)), transfers[0].From,
        [.. transfers.Select((t, i) => new LinkedTransfer(Commands.Id(firstId + i), t.From, t.To, t.Amount, "EUR"))], Commands.Noon);

    static Guid ChainId(int length) => LedgerIds.ChainOf(Enumerable.Range(1, length).Select(Commands.Id));

    async Task HoldsAsync() => Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));

    async Task<long> AvailableAsync(string id) => (await new AccountReader(Database).GetAsync(id, default))!.AvailableMinor;

    async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
