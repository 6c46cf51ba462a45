using Microsoft.Extensions.Options;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Assets;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger.Assets;

/// <summary>Accounts in assets beside ISO 4217, on PostgreSQL.</summary>
public sealed class AssetAccountsTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static readonly CurrencyScales Some = new([new Asset("BTC", 8, "Bitcoin"), new Asset("ABCDEFGHIJ42", 18, "The longest")]);

    [Theory]
    [InlineData("BTC")]
    [InlineData("ABCDEFGHIJ42")]
    public async Task Transfer_when_both_accounts_are_in_an_asset_moves_it(string code)
    {
        var lane = new LedgerLane(Database, currencies: Some);
        await lane.RunAsync(Commands.Open("alice", 1_000, code), Commands.Open("bob", currency: code));

        await lane.AskAsync(Commands.Hold(1, "alice", 300, code));
        await lane.AskAsync(Commands.Credit(2, "bob", 300, code));
        Assert.IsType<HoldCaptured>(await lane.AskAsync(Commands.Capture(3, "alice", hold: 1)));

        Assert.Equal((700, 300), (await BalanceAsync("alice"), await BalanceAsync("bob")));
        Assert.Equal(0, await BalanceAsync($"clearing:{code}:0"));
        Assert.Equal(-1_000, await BalanceAsync($"settlement:{code}:0"));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Transfer_when_the_accounts_are_in_different_assets_is_refused_as_between_currencies()
    {
        var lane = new LedgerLane(Database, currencies: Some);
        await lane.RunAsync(Commands.Open("alice", 1_000, "BTC"), Commands.Open("bob"));

        Assert.Equal(LedgerRefusals.CurrencyMismatch, Commands.Refusal(await lane.AskAsync(Commands.Credit(1, "bob", 5, "BTC"))));
        Assert.Equal(LedgerRefusals.CurrencyMismatch, Commands.Refusal(await lane.AskAsync(Commands.Hold(2, "alice", 5))));
        Assert.Equal(LedgerRefusals.CurrencyMismatch, Commands.Refusal(await lane.AskAsync(Commands.Transfer(3, "alice", "bob", 5))));
    }

    [Theory]
    [InlineData("XXX")]
    [InlineData("DOUBLOON")]
    public async Task Command_when_there_is_no_such_currency_is_refused_by_name_and_answered_the_same_again(string code)
    {
        var lane = new LedgerLane(Database, currencies: Some);
        await lane.RunAsync(Commands.Open("alice", 1_000));
        ILedgerCommand[] commands =
        [
            Commands.Hold(1, "alice", 5, code), Commands.Credit(2, "alice", 5, code), Commands.Debit(3, "alice", 5, code),
            Commands.Transfer(4, "alice", "bob", 5, code), Commands.Credit(5, "nobody", 5, code),
        ];

        foreach (var command in commands)
            Assert.Equal(LedgerRefusals.UnknownCurrency, Commands.Refusal(await lane.AskAsync(command)));
        lane.Restart();
        foreach (var command in commands)
            Assert.Equal(LedgerRefusals.UnknownCurrency, Commands.Refusal(await lane.AskAsync(command)));

        Assert.Equal(1_000, await BalanceAsync("alice"));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Linked_transfers_when_one_is_in_no_currency_all_fail_and_say_which()
    {
        var network = await LinkedNetwork.OpenAsync(Database);
        network.Send(new LinkedTransfers(
            Commands.Id(9), "alice",
            [new(Commands.Id(1), "alice", "bob", 5, "EUR"), new(Commands.Id(2), "bob", "carol", 5, "DOUBLOON")], Commands.Noon));
        await network.SettleAsync();

        var failed = network.RefusalOf(Commands.Id(2))!;
        Assert.Equal((LedgerRefusals.UnknownCurrency, 1), (failed.Reason, failed.FailedIndex));
        Assert.Equal(LedgerRefusals.LinkedTransferFailed, network.RefusalOf(Commands.Id(1))!.Reason);
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: true));
    }

    [Fact]
    public async Task Account_when_its_asset_is_not_configured_any_more_still_gets_what_was_held_for_it()
    {
        var before = new LedgerLane(Database, currencies: Some);
        await before.RunAsync(Commands.Open("alice", 1_000, "BTC"), Commands.Open("bob", currency: "BTC"));
        await before.AskAsync(Commands.Hold(1, "alice", 300, "BTC"));
        var after = new LedgerLane(Database);

        Assert.IsType<Credited>(await after.AskAsync(Commands.Credit(2, "bob", 300, "BTC")));
        Assert.IsType<HoldCaptured>(await after.AskAsync(Commands.Capture(3, "alice", hold: 1)));
    }

    [Theory]
    [InlineData("BT")]
    [InlineData("1BTC")]
    [InlineData("btc")]
    [InlineData("ABCDEFGHIJKLM")]
    public async Task Store_when_a_code_is_malformed_refuses_the_account(string code)
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("alice"));

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => ExecuteAsync($"update ledger.account set currency = '{code}' where account_id = 'alice'"));

        Assert.Equal("account_currency_check", refused.ConstraintName);
    }

    [Fact]
    public async Task Start_when_an_asset_with_accounts_has_another_scale_or_is_gone_does_not_succeed()
    {
        await Scales(("BTC", 8), ("POINTS", 0)).KeepAsync(default);
        await new LedgerLane(Database, currencies: Some).RunAsync(Commands.Open("alice", 1, "BTC"));

        var changed = await Assert.ThrowsAsync<AssetScaleException>(() => Scales(("BTC", 9)).KeepAsync(default));
        var gone = await Assert.ThrowsAsync<AssetScaleException>(() => Scales().KeepAsync(default));

        Assert.Equal("Ledger:Assets: there are accounts in BTC, whose scale is 8; it cannot become 9", changed.Message);
        Assert.Equal("Ledger:Assets: there are accounts in BTC, whose scale is 8; it cannot be left out", gone.Message);
        await Scales(("BTC", 8), ("POINTS", 0)).KeepAsync(default);
    }

    [Fact]
    public async Task Start_when_nothing_is_in_an_asset_may_change_it_or_leave_it_out()
    {
        await Scales(("BTC", 8), ("POINTS", 0)).KeepAsync(default);

        await Scales(("POINTS", 2)).KeepAsync(default);

        await new LedgerLane(Database, currencies: new([new Asset("POINTS", 2, "Points")])).RunAsync(Commands.Open("alice", 1, "POINTS"));
        await Assert.ThrowsAsync<AssetScaleException>(() => Scales(("POINTS", 0)).KeepAsync(default));
        await Scales(("POINTS", 2)).KeepAsync(default);
    }

    AssetScales Scales(params (string Code, int Scale)[] assets)
    {
        var options = new AssetOptions();
        foreach (var (code, scale) in assets)
            options.Assets.Add(new AssetSetting { Code = code, Scale = scale, Name = code });
        return new AssetScales(Database, Options.Create(options));
    }

    async Task<long> BalanceAsync(string account)
    {
        await using var command = Database.CreateCommand($"select credits_posted_minor - debits_posted_minor from ledger.account where account_id = '{account}'");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
