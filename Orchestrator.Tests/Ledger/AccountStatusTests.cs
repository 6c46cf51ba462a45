using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Lanes;
using Orchestrator.Tests.Approved;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>Accounts that are frozen, unfrozen and closed, on PostgreSQL.</summary>
public sealed class AccountStatusTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    [Fact]
    public async Task Change_when_its_id_was_used_for_another_command_is_dropped_and_counted_and_logged()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var telemetry = new LedgerTelemetry(meters);
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "orchestrator.ledger.reused_ids")
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += value);
        listener.Start();
        var log = new Lines();
        var lane = new LedgerLane(Database, telemetry: telemetry, logger: log);
        await lane.RunAsync(Commands.Open("alice"), Commands.Hold(2, "alice", 5));
        await lane.RunAsync(Commands.Freeze(1, "alice"));

        await lane.RunAsync(Commands.Freeze(1, "alice"));
        Assert.Equal((0, 0), (counted, log.Count));
        await lane.RunAsync(Commands.Unfreeze(1, "alice"));
        lane.Restart();
        await lane.RunAsync(Commands.Close(2, "alice"));

        Assert.Equal((2, 2), (counted, log.Count));
        Assert.Equal(AccountStatus.Frozen, (await new AccountReader(Database).GetAsync("alice", default))!.Status);
    }

    /// <summary>Counts warnings that an id was used for another command.</summary>
    sealed class Lines : ILogger<LedgerProcessor>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Count += logLevel is LogLevel.Warning && formatter(state, exception).Contains("was used for another command", StringComparison.Ordinal) ? 1 : 0;
    }

    [Fact]
    public async Task Account_when_frozen_lets_no_new_money_out_and_settles_what_was_held()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 1_000), Commands.Hold(1, "alice", 300));

        var told = Assert.Single(LedgerLane.Events(await lane.RunAsync(Commands.Freeze(2, "alice"))));

        Assert.Equal((LedgerEventType.Frozen, "suspicion", 0L), (told.Type, told.Reason, told.AmountMinor));
        Assert.Equal(AccountStatus.Frozen, (await AccountAsync()).Status);
        Assert.Equal(LedgerRefusals.AccountFrozen, Commands.Refusal(await lane.AskAsync(Commands.Hold(3, "alice", 1))));
        Assert.IsType<HoldCaptured>(await lane.AskAsync(Commands.Capture(4, "alice", hold: 1)));
        Assert.IsType<Credited>(await lane.AskAsync(Commands.Credit(5, "alice", 10)));

        await lane.RunAsync(Commands.Unfreeze(6, "alice"));
        Assert.IsType<HoldPlaced>(await lane.AskAsync(Commands.Hold(7, "alice", 1)));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Account_when_a_freeze_comes_again_after_it_was_ended_stays_open()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice"), Commands.Freeze(1, "alice"), Commands.Unfreeze(2, "alice"));
        lane.Restart();
        Assert.Empty(await lane.RunAsync(Commands.Freeze(1, "alice")));
        Assert.Empty(await lane.RunAsync(Commands.Freeze(1, "alice")));
        Assert.Equal(AccountStatus.Open, (await AccountAsync()).Status);
    }

    [Fact]
    public async Task Account_when_it_holds_money_is_not_closed_and_when_empty_is_for_ever()
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 100), Commands.Close(1, "alice"));
        Assert.Equal(AccountStatus.Open, (await AccountAsync()).Status);

        await lane.RunAsync(Commands.Hold(2, "alice", 100), Commands.Close(3, "alice"), Commands.Capture(4, "alice", hold: 2));
        // Refused once is refused for good under that id; under another it is decided anew.
        Assert.Empty(await lane.RunAsync(Commands.Close(3, "alice")));
        await lane.RunAsync(Commands.Close(5, "alice"));

        Assert.Equal(AccountStatus.Closed, (await AccountAsync()).Status);
        Assert.Equal(LedgerRefusals.AccountClosed, Commands.Refusal(await lane.AskAsync(Commands.Credit(6, "alice", 1))));
        Assert.Equal(LedgerRefusals.AccountClosed, Commands.Refusal(await lane.AskAsync(Commands.Hold(7, "alice", 1))));
        var last = (await new AccountReader(Database).GetEventsAsync("alice", 0, AccountReader.MaxPage, default))[^1];
        Assert.Equal((LedgerEventType.Closed, "asked for"), (last.Type, last.Reason));
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Account_when_opened_and_frozen_in_one_unit_is_stored_frozen()
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("alice", 5), Commands.Freeze(1, "alice"));
        Assert.Equal(AccountStatus.Frozen, (await AccountAsync()).Status);
    }

    [Theory]
    [InlineData("update ledger.account set status = 2", PostgresErrorCodes.CheckViolation)]
    [InlineData("insert into ledger.event (account_id, version, type, amount_minor, command_id, effective_at, recorded_at) values ('alice', 9, 7, 0, gen_random_uuid(), now(), now())", PostgresErrorCodes.CheckViolation)]
    public async Task Database_when_told_what_cannot_be_refuses(string sql, string state)
    {
        await new LedgerLane(Database).RunAsync(Commands.Open("alice", 5));
        Assert.Equal(state, (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(sql))).SqlState);
    }

    [Fact]
    public void Refusals_when_documented_are_all_there()
    {
        var documented = ApprovedText.Read("docs/design/ledger.md");
        var names = typeof(LedgerRefusals).GetFields().Select(f => (string)f.GetValue(null)!);
        Assert.All(names, n => Assert.Contains($"| `{n}` |", documented, StringComparison.Ordinal));
    }

    async Task<AccountView> AccountAsync() => (await new AccountReader(Database).GetAsync("alice", default))!;
}
