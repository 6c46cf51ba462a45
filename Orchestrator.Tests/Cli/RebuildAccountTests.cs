using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orchestrator.Cli;
using Orchestrator.Cli.Ledger;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.Publishing;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Replay;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Cli;

/// <summary><c>orchestrator ledger rebuild</c> against a database and a broker.</summary>
public sealed class RebuildAccountTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rebuild_when_nothing_was_tampered_with_does_agree_with_and_without_a_snapshot()
    {
        var lane = new LedgerLane(Database);
        await FillAsync(lane);
        await TakeSnapshotsAsync();
        await lane.RunAsync(Commands.Credit(90, "alice", 1), Commands.Freeze(91, "alice"));

        var alice = await Rebuild().OneAsync("alice", Cancellation);

        Assert.True(alice.Agrees, string.Join(", ", alice.Differences));
        Assert.Equal((0, 35, 35), (alice.FullReplay.FromVersion, alice.FullReplay.ToVersion, alice.FullReplay.Events));
        Assert.Equal((33, 35, 2), (alice.SnapshotAndTail!.FromVersion, alice.SnapshotAndTail.ToVersion, alice.SnapshotAndTail.Events));
        Assert.Null((await Rebuild(withSnapshot: false).OneAsync("alice", Cancellation)).SnapshotAndTail);
        Assert.Null((await Rebuild().OneAsync("bob", Cancellation)).SnapshotAndTail);
        var clearing = await Rebuild().OneAsync("clearing:EUR:0", Cancellation);
        Assert.True(clearing.Agrees);
        Assert.Equal(1, clearing.SnapshotAndTail!.Events);
    }

    [Theory]
    [InlineData(
        "update ledger.account set version = version + 1, credits_posted_minor = credits_posted_minor + 5, status = 1, spent_minor = 3 where account_id = 'alice'",
        "version,credits_posted_minor,status,spent_minor")]
    [InlineData("update ledger.snapshot set debits_posted_minor = debits_posted_minor + 1 where account_id = 'alice'", "debits_posted_minor")]
    [InlineData("update ledger.event set amount_minor = amount_minor + 1 where account_id = 'alice' and version = 5", "credits_posted_minor")]
    [InlineData("delete from ledger.event where account_id = 'alice' and version = 5", "version_gap,version,debits_posted_minor,credits_posted_minor,spent_on,spent_minor")]
    public async Task Rebuild_when_something_was_tampered_with_does_name_each_difference(string tampering, string names)
    {
        await FillAsync(new LedgerLane(Database));
        await TakeSnapshotsAsync();
        await ExecuteAsync($"alter table ledger.event disable trigger user; {tampering}");

        var alice = await Rebuild().OneAsync("alice", Cancellation);

        Assert.False(alice.Agrees);
        Assert.Equal(names.Split(','), alice.Differences.Select(d => d.Name));
    }

    [Fact]
    public async Task Rebuild_when_asked_for_all_does_count_what_agrees_and_show_what_does_not()
    {
        await FillAsync(new LedgerLane(Database));
        await TakeSnapshotsAsync();
        var shares = new List<double>();

        var all = await Rebuild().AllAsync(shares.Add, Cancellation);

        Assert.Equal((true, 4, 2, 0), (all.Agrees, all.Accounts, all.WithSnapshot, all.Differing));
        Assert.Equal(33 + 2 + 30 + 2, all.Events);
        Assert.Equal([0.25, 0.5, 0.75, 1], shares);

        await ExecuteAsync("update ledger.account set debits_posted_minor = debits_posted_minor + 1 where account_id = 'settlement:EUR:0'");
        var broken = await Rebuild().AllAsync(_ => { }, Cancellation);
        Assert.Equal((false, 1L, "settlement:EUR:0"), (broken.Agrees, broken.Differing, Assert.Single(broken.First).AccountId));
    }

    [Fact]
    public async Task Command_when_accounts_agree_or_not_does_say_so_by_its_exit_code()
    {
        await FillAsync(new LedgerLane(Database));

        Assert.Equal(0, await RunAsync("--account", "alice"));
        Assert.Equal(0, await RunAsync("--all", "--no-snapshot"));
        await ExecuteAsync("update ledger.account set status = 1 where account_id = 'bob'");
        Assert.Equal(1, await RunAsync("--account", "bob"));
        Assert.Equal(1, await RunAsync("--all"));
        Assert.Equal("account_not_found", (await Assert.ThrowsAsync<CommandException>(() => RunAsync("--account", "nobody"))).Code);
        Assert.NotEqual(0, await RunAsync());
        Assert.NotEqual(0, await RunAsync("--all", "--account", "alice"));
        Assert.Equal("bad_option", (await Assert.ThrowsAsync<CommandException>(() => RunAsync("--all", "--from", "topic"))).Code);
    }

    [Fact]
    public async Task Rebuild_from_the_topic_does_read_the_accounts_partition_up_to_the_rows_version()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions());
        var lane = new LedgerLane(Database);
        var published = await FillAsync(lane);
        // Each twice, as after a failure before the positions were kept.
        await PublishAsync(kafka.ClientConfig, [.. published, .. published]);
        await TakeSnapshotsAsync();
        var events = new TopicEvents(kafka.ClientConfig, Topics.LedgerEvents);

        var alice = await Rebuild(events).OneAsync("alice", Cancellation);
        Assert.True(alice.Agrees, string.Join(", ", alice.Differences));
        Assert.Equal(("topic", 33, 0), (alice.From, alice.FullReplay.Events, alice.SnapshotAndTail!.Events));
        Assert.True((await Rebuild(events).OneAsync("bob", Cancellation)).Agrees);
        Assert.Equal("not_in_topic", (await Assert.ThrowsAsync<CommandException>(() => Rebuild(events).OneAsync("clearing:EUR:0", Cancellation))).Code);

        var next = (await lane.RunAsync(Commands.Credit(90, "alice", 1), Commands.Credit(91, "alice", 2))).Where(IsEvent).ToList();
        var behind = await Rebuild(events).OneAsync("alice", Cancellation);
        Assert.Equal(["version", "credits_posted_minor"], behind.Differences.Select(d => d.Name));

        await PublishAsync(kafka.ClientConfig, [next[^1]]);
        var gap = await Rebuild(events).OneAsync("alice", Cancellation);
        Assert.Equal(ReplayErrors.VersionGap, gap.Differences[0].Name);
    }

    AccountRebuild Rebuild(TopicEvents? topic = null, bool withSnapshot = true) => new(ConnectionString, topic, withSnapshot, TimeProvider.System);

    Task<int> RunAsync(params string[] options) =>
        OrchestratorCommand.Create(TimeProvider.System).Parse(["ledger", "rebuild", "--json", "--postgres", ConnectionString, .. options])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false }, Cancellation);

    async Task TakeSnapshotsAsync()
    {
        using var taker = new SnapshotTaker(
            Database, Options.Create(new LedgerOptions { SnapshotEveryEvents = 10 }), TimeProvider.System, NullLogger<SnapshotTaker>.Instance);
        Assert.Equal(2, (await taker.StepAsync(SnapshotTaker.EventsAtOnce, Cancellation)).Taken);
    }

    /// <summary>Alice has 33 events, 30 of them posted against clearing; Bob and the settlement account have two.</summary>
    static async Task<IReadOnlyList<LedgerLane.Published>> FillAsync(LedgerLane lane) =>
    [
        .. (await lane.RunAsync(Commands.Open("alice", 1_000, perDay: 500), Commands.Open("bob", 10))).Where(IsEvent),
        .. (await lane.RunAsync(Enumerable.Range(1, 29).Select(id => Commands.Credit(id, "alice", id)))).Where(IsEvent),
        .. (await lane.RunAsync(Commands.Hold(50, "alice", 70), Commands.Capture(51, "alice", 50))).Where(IsEvent),
    ];

    static bool IsEvent(LedgerLane.Published published) => published.Body is LedgerEventRecorded;

    static async Task PublishAsync(ClientConfig kafka, IReadOnlyList<LedgerLane.Published> events)
    {
        await using var publisher = new TransactionPublisher(kafka, TimeProvider.System);
        foreach (var e in events)
            await publisher.PublishAsync((IContract)e.Body, e.Id, Cancellation);
        await publisher.FlushAsync(Cancellation);
        Assert.Equal((events.Count, 0), (publisher.Delivered, publisher.Failed));
    }
}
