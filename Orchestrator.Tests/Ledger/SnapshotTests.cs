using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Replay;
using Orchestrator.Tests.Infrastructure;
using Xunit;

namespace Orchestrator.Tests.Ledger;

/// <summary>When snapshots are taken, and what is in them.</summary>
public sealed class SnapshotTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const int Every = 10;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Snapshot_when_a_tail_is_long_is_taken_of_it_and_of_no_other()
    {
        await FillAsync(credits: 12);
        var taker = Taker();

        // Alice: opened, funded, 12 credits, a hold. Clearing: 12 postings. Bob and the settlement account have few events.
        Assert.Equal(new SnapshotStep(2, 15 + 12, EndsPass: true), await StepAsync(taker));
        Assert.Equal(new SnapshotStep(0, 0, EndsPass: true), await StepAsync(taker));

        Assert.Equal(["alice@15", "clearing:EUR:0@12"], await SnapshotsAsync());
        await AgreeAsync("alice");
        await AgreeAsync("clearing:EUR:0");
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Snapshot_when_a_tail_has_grown_again_is_taken_from_the_last_one_on()
    {
        var lane = await FillAsync(credits: 12);
        var taker = Taker();
        await StepAsync(taker);

        await lane.RunAsync(Enumerable.Range(100, Every).Select(id => Commands.Credit(id, "alice", 1)));
        Assert.Equal(new SnapshotStep(0, 0, EndsPass: true), await StepAsync(taker));
        await lane.RunAsync(Commands.Credit(200, "alice", 1));
        Assert.Equal(new SnapshotStep(2, 2 * (Every + 1), EndsPass: true), await StepAsync(taker));

        Assert.Equal(["alice@15", "alice@26", "clearing:EUR:0@12", "clearing:EUR:0@23"], await SnapshotsAsync());
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Snapshot_when_a_step_is_full_is_taken_where_it_ends_and_the_next_goes_on()
    {
        await FillAsync(credits: 40);
        var taker = Taker();
        var steps = new List<SnapshotStep>();
        do
            steps.Add(await taker.StepAsync(eventsAtOnce: 25, Cancellation));
        while (!steps[^1].EndsPass);

        Assert.Equal([(1, 25), (2, 25), (1, 25), (0, 0)], steps.Select(s => (s.Taken, (int)s.Events)));
        Assert.Equal(["alice@25", "alice@43", "clearing:EUR:0@7", "clearing:EUR:0@32"], await SnapshotsAsync());
        Assert.Empty(await LedgerInvariants.BrokenAsync(Database, settled: false));
    }

    [Fact]
    public async Task Snapshot_when_several_processes_take_them_is_there_once()
    {
        await FillAsync(credits: 30);

        var steps = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => StepAsync(Taker()))));

        Assert.Equal(2, steps.Sum(s => s.Taken));
        Assert.Equal(["alice@33", "clearing:EUR:0@30"], await SnapshotsAsync());
    }

    [Fact]
    public async Task Snapshot_when_other_code_has_folded_it_is_passed_over_and_replaced()
    {
        await FillAsync(credits: 12);
        await ExecuteAsync("""
            insert into ledger.snapshot (account_id, version, fold_version, debits_pending_minor, debits_posted_minor, credits_pending_minor,
                credits_posted_minor, status, spent_minor, taken_at)
            select account_id, version, 9, 0, 0, 0, 77, 0, 0, now() from ledger.account where account_id in ('alice', 'clearing:EUR:0')
            """);
        await AgreeAsync("alice", snapshotAt: null);

        // Later code than ours keeps its place.
        Assert.Equal(0, (await StepAsync(Taker())).Taken);
        await AgreeAsync("alice", snapshotAt: null);

        await ExecuteAsync("update ledger.snapshot set fold_version = 1, credits_posted_minor = 77");
        await using var connection = await Database.OpenConnectionAsync(Cancellation);
        var store = new ReplayStore(connection);
        var alice = (await store.FindAccountAsync("alice", Cancellation))!;
        // And what this code has folded stays, too: the same comes out.
        Assert.False(await store.AddAsync(AccountSnapshot.Of(alice, Commands.Noon), Cancellation));
        Assert.True(await store.AddAsync(AccountSnapshot.Of(alice, Commands.Noon) with { FoldVersion = 2 }, Cancellation));
    }

    [Fact]
    public async Task Snapshot_when_all_are_deleted_changes_nothing_but_time()
    {
        var lane = await FillAsync(credits: 12);
        await StepAsync(Taker());
        await ExecuteAsync("delete from ledger.snapshot");

        Assert.Null(Commands.Refusal(await lane.AskAsync(Commands.Credit(300, "alice", 4))));
        lane.Restart();
        Assert.Null(Commands.Refusal(await lane.AskAsync(Commands.Hold(301, "alice", 5))));
        await AgreeAsync("alice", snapshotAt: null);
        Assert.Equal(2, (await StepAsync(Taker())).Taken);
        await AgreeAsync("alice");
    }

    [Fact]
    public async Task Snapshot_when_events_do_not_follow_is_taken_up_to_there_and_somebody_is_told()
    {
        await FillAsync(credits: 12);
        await ExecuteAsync("alter table ledger.event disable trigger user; delete from ledger.event where account_id = 'alice' and version = 9");
        var log = new ErrorLog();

        Assert.Equal(2, (await StepAsync(Taker(log))).Taken);
        Assert.Equal(0, (await StepAsync(Taker(log))).Taken);

        Assert.Equal(["alice@8", "clearing:EUR:0@6"], await SnapshotsAsync());
        Assert.Contains(log.Errors, e => e.Contains("***lice", StringComparison.Ordinal) && e.Contains(ReplayErrors.VersionGap, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Snapshots_when_the_service_runs_are_taken_pass_by_pass()
    {
        await FillAsync(credits: 12);
        var clock = new FakeTimeProvider(Commands.Noon);
        using var taker = Taker(clock: clock);
        await taker.StartAsync(Cancellation);
        await Eventually.HoldsAsync("two snapshots", async () => (await SnapshotsAsync()).Count == 2);
        await ExecuteAsync("delete from ledger.snapshot");
        await Eventually.HoldsAsync("two new snapshots", async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return (await SnapshotsAsync()).Count == 2;
        });
        await taker.StopAsync(Cancellation);
    }

    SnapshotTaker Taker(ILogger<SnapshotTaker>? log = null, TimeProvider? clock = null) => new(
        Database, Options.Create(new LedgerOptions { SnapshotEveryEvents = Every }), clock ?? new FakeTimeProvider(Commands.Noon), log ?? NullLogger<SnapshotTaker>.Instance);

    static Task<SnapshotStep> StepAsync(SnapshotTaker taker) => taker.StepAsync(SnapshotTaker.EventsAtOnce, Cancellation);

    /// <summary>Alice has so many credits, and a hold that is open; Bob has little.</summary>
    async Task<LedgerLane> FillAsync(int credits)
    {
        var lane = new LedgerLane(Database);
        await lane.RunAsync(Commands.Open("alice", 1_000, perDay: 500), Commands.Open("bob", 10));
        await lane.RunAsync(Enumerable.Range(1, credits).Select(id => Commands.Credit(id, "alice", id)));
        await lane.RunAsync(Commands.Hold(500, "alice", 70));
        return lane;
    }

    /// <summary>The latest snapshot and its tail, all events, and the row of the account say the same.</summary>
    async Task AgreeAsync(string accountId, long? snapshotAt = -1)
    {
        await using var connection = await Database.OpenConnectionAsync(Cancellation);
        var store = new ReplayStore(connection);
        var account = (await store.FindAccountAsync(accountId, Cancellation))!;
        var snapshot = await store.FindSnapshotAsync(accountId, account.Version, Cancellation);
        Assert.Equal(snapshotAt is not null, snapshot is not null);
        foreach (var start in new[] { AccountReplay.Beginning(account), snapshot?.State(account) }.OfType<AccountState>())
        {
            var replay = new AccountReplay(start);
            Assert.Null(await replay.AddAllAsync(store.EventsAsync(account, start.Version, Cancellation), Cancellation));
            Assert.Equal(account, replay.State);
        }
    }

    async Task<List<string>> SnapshotsAsync()
    {
        await using var command = Database.CreateCommand("select account_id || '@' || version from ledger.snapshot order by account_id, version");
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var snapshots = new List<string>();
        while (await rows.ReadAsync(Cancellation))
            snapshots.Add(rows.GetString(0));
        return snapshots;
    }

    sealed class ErrorLog : ILogger<SnapshotTaker>
    {
        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
                Errors.Add(formatter(state, exception));
        }
    }
}

public sealed class SnapshotPaceTests
{
    [Theory]
    [InlineData(true, 20, 60_000)]
    [InlineData(false, 20, 80)]
    public void Taker_when_more_may_be_due_rests_four_times_as_long_as_it_worked_and_else_a_minute(bool endsPass, int tookMs, int restsMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(restsMs), SnapshotTaker.RestAfter(endsPass, TimeSpan.FromMilliseconds(tookMs)));
}
