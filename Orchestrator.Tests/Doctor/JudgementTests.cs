using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Clusters.Plans;
using Orchestrator.Messaging.Doctor;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Doctor;

public sealed class JudgementTests
{
    const long Gib = 1L << 30;

    static readonly MachineFacts Machine = new(4, 8 * Gib, "/data", 100 * Gib, 200 * Gib, 1.5, 65_536, true);

    static readonly Dictionary<string, string> GoodSettings = new(StringComparer.Ordinal)
    {
        ["server_version"] = "16.4", ["server_version_num"] = "160004", ["fsync"] = "on", ["full_page_writes"] = "on", ["synchronous_commit"] = "on", ["wal_level"] = "replica",
        ["max_wal_size"] = "4GB", ["archive_mode"] = "on", ["max_connections"] = "300", ["superuser_reserved_connections"] = "3", ["autovacuum"] = "on", ["TimeZone"] = "UTC",
        ["data_checksums"] = "on", ["default_transaction_read_only"] = "off",
    };

    static readonly DatabaseFacts Database = new() { IsLocal = false, Settings = GoodSettings, MayCreate = true, SizeBytes = Gib };

    static readonly IReadOnlyList<TopicPlan> Plan = [new("orders", 8) { Replication = 3, MinInSync = 2 }];

    static readonly ClusterState Cluster = new()
    {
        IsLocal = false, ClusterId = "c", Brokers = 3, Rules = 12, NewestAheadSeconds = -1, Topics = With(s => s),
        Apis = new Dictionary<string, int>(StringComparer.Ordinal) { ["Produce"] = 11, ["Fetch"] = 17, ["ListOffsets"] = 8, ["Metadata"] = 12, ["OffsetCommit"] = 9, ["OffsetFetch"] = 9, ["InitProducerId"] = 5 },
    };

    [Fact]
    public void Findings_when_all_is_well_are_all_ok()
    {
        Assert.All(MachineJudgement.Of(Machine), f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.All(DatabaseJudgement.Of(Database, 4), f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.All(ClusterJudgement.Of(Cluster, Plan), f => Assert.Equal(FindingLevel.Ok, f.Level));
    }

    public static TheoryData<string, FindingLevel, MachineFacts> BadMachines => new()
    {
        { "machine_cores", FindingLevel.Warning, Machine with { Cores = 1 } },
        { "machine_memory", FindingLevel.Warning, Machine with { MemoryBytes = (3 * Gib) / 2 } },
        { "machine_memory", FindingLevel.Problem, Machine with { MemoryBytes = Gib / 2 } },
        { "machine_disk", FindingLevel.Warning, Machine with { FreeBytes = 5 * Gib } },
        { "machine_disk", FindingLevel.Warning, Machine with { FreeBytes = 20 * Gib, TotalBytes = 1_000 * Gib } },
        { "machine_disk", FindingLevel.Problem, Machine with { FreeBytes = Gib / 2 } },
        { "machine_fsync", FindingLevel.Warning, Machine with { SyncMs = 12 } },
        { "machine_fsync", FindingLevel.Problem, Machine with { SyncMs = 80 } },
        { "machine_fsync", FindingLevel.Warning, Machine with { SyncMs = 0.001 } },
        { "machine_open_files", FindingLevel.Warning, Machine with { OpenFiles = 1_024 } },
        { "machine_clock", FindingLevel.Warning, Machine with { ClockIsSynchronised = false } },
    };

    [Theory]
    [MemberData(nameof(BadMachines))]
    public void Machine_when_something_is_wrong_is_told_by_name(string name, FindingLevel level, MachineFacts machine) => Told(MachineJudgement.Of(machine), name, level);

    public static TheoryData<string, FindingLevel, DatabaseFacts> BadDatabases => new()
    {
        { "postgres_version", FindingLevel.Problem, Set("server_version_num", "140009") },
        { "postgres_standby", FindingLevel.Problem, Database with { IsStandby = true } },
        { "postgres_standby", FindingLevel.Problem, Set("default_transaction_read_only", "on") },
        { "postgres_migrations", FindingLevel.Warning, Database with { Pending = ["migrations/0001_messaging.sql"] } },
        { "postgres_migrations", FindingLevel.Warning, Database with { Unknown = ["migrations/9999_later.sql"] } },
        { "postgres_privileges", FindingLevel.Problem, Database with { Forbidden = ["ledger.event"] } },
        { "postgres_fsync", FindingLevel.Problem, Set("fsync", "off") },
        { "postgres_full_page_writes", FindingLevel.Problem, Set("full_page_writes", "off") },
        { "postgres_synchronous_commit", FindingLevel.Problem, Set("synchronous_commit", "off") },
        { "postgres_wal", FindingLevel.Warning, Set("wal_level", "minimal") },
        { "postgres_wal", FindingLevel.Warning, Set("archive_mode", "off") },
        { "postgres_checkpoints", FindingLevel.Warning, Set("max_wal_size", "512MB") },
        { "postgres_connections", FindingLevel.Problem, Set("max_connections", "40") },
        { "postgres_connections", FindingLevel.Warning, Set("max_connections", "100") },
        { "postgres_timezone", FindingLevel.Warning, Set("TimeZone", "Europe/Berlin") },
        { "postgres_clock", FindingLevel.Warning, Database with { ClockAheadSeconds = -2 } },
        { "postgres_clock", FindingLevel.Problem, Database with { ClockAheadSeconds = 8 } },
        { "postgres_space", FindingLevel.Problem, Database with { FreeBytes = 1 << 20 } },
        { "postgres_long_transactions", FindingLevel.Warning, Database with { LongTransactions = [new(42, "report", "idle in transaction", 900)] } },
        { "postgres_prepared_transactions", FindingLevel.Problem, Database with { PreparedTransactions = 1 } },
        { "postgres_bloat", FindingLevel.Warning, Database with { Bloat = [new("messaging.outbox", 10, 900_000)] } },
        { "postgres_autovacuum", FindingLevel.Problem, Set("autovacuum", "off") },
        { "postgres_transaction_age", FindingLevel.Warning, Database with { TransactionAge = 1_200_000_000 } },
        { "postgres_transaction_age", FindingLevel.Problem, Database with { TransactionAge = 1_900_000_000 } },
        { "postgres_checksums", FindingLevel.Warning, Set("data_checksums", "off") },
    };

    [Theory]
    [MemberData(nameof(BadDatabases))]
    public void Database_when_something_is_wrong_is_told_by_name(string name, FindingLevel level, DatabaseFacts database) => Told(DatabaseJudgement.Of(database, 4), name, level);

    public static TheoryData<string, FindingLevel, ClusterState> BadClusters => new()
    {
        { "kafka_apis", FindingLevel.Problem, Cluster with { Apis = new Dictionary<string, int>(StringComparer.Ordinal) { ["Produce"] = 2 } } },
        { "kafka_brokers", FindingLevel.Warning, Cluster with { Brokers = 1 } },
        { "kafka_topics", FindingLevel.Problem, Cluster with { Topics = new Dictionary<string, TopicState>(StringComparer.Ordinal) } },
        { "kafka_drift", FindingLevel.Problem, Cluster with { Topics = With(s => s with { Partitions = 4 }) } },
        { "kafka_drift", FindingLevel.Problem, Cluster with { Topics = With(s => Also(s, "cleanup.policy", "compact")) } },
        { "kafka_leaders", FindingLevel.Problem, Cluster with { Topics = With(s => s with { Leaderless = 1 }) } },
        { "kafka_replicas", FindingLevel.Warning, Cluster with { Topics = With(s => s with { InSync = 2 }) } },
        { "kafka_elections", FindingLevel.Problem, Cluster with { Topics = With(s => Also(s, "unclean.leader.election.enable", "true")) } },
        { "kafka_acls", FindingLevel.Warning, Cluster with { Rules = null, NoRules = "SecurityDisabled" } },
        { "kafka_clock", FindingLevel.Warning, Cluster with { NewestAheadSeconds = 30 } },
    };

    [Theory]
    [MemberData(nameof(BadClusters))]
    public void Cluster_when_something_is_wrong_is_told_by_name(string name, FindingLevel level, ClusterState cluster) => Told(ClusterJudgement.Of(cluster, Plan), name, level);

    [Theory]
    [InlineData("3", FindingLevel.Problem)]
    [InlineData("1", FindingLevel.Warning)]
    public void Cluster_when_replicas_in_sync_do_not_fit_is_told_beside_the_drift(string least, FindingLevel level)
    {
        var findings = ClusterJudgement.Of(Cluster with { Topics = With(s => Also(s, "min.insync.replicas", least)) }, Plan);

        Assert.Equal(level, findings.Single(f => f.Name == "kafka_min_in_sync").Level);
        Assert.Equal(FindingLevel.Warning, findings.Single(f => f.Name == "kafka_drift").Level);
    }

    [Fact]
    public async Task Examination_when_it_hangs_or_fails_is_a_finding_and_the_next_goes_on()
    {
        var time = new FakeTimeProvider();
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var clockStands = new ManualResetEventSlim();
        Examination[] all =
        [
            new("one", "hangs", cancellationToken =>
            {
                // It is told to end when its time is over; from then on the clock stands.
                cancellationToken.Register(() =>
                {
                    cancelled.SetResult();
                    clockStands.Wait(TestContext.Current.CancellationToken);
                });
                return new TaskCompletionSource<IReadOnlyList<Finding>>().Task;
            }),
            new("one", "fails", _ => throw new InvalidOperationException("out of order")),
            new("two", "works", _ => Task.FromResult<IReadOnlyList<Finding>>([Finding.Ok("works", "well")])),
        ];

        var running = Examination.RunAsync(all, TimeSpan.FromSeconds(10), time, TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync("its time is over", () =>
        {
            if (!cancelled.Task.IsCompleted)
                time.Advance(TimeSpan.FromSeconds(5));
            return cancelled.Task.IsCompleted;
        });
        clockStands.Set();
        var areas = await running;

        Assert.Equal(["hangs Problem", "fails Problem"], areas[0].Findings.Select(f => $"{f.Name} {f.Level}"));
        Assert.Equal((FindingLevel.Problem, FindingLevel.Ok), (areas[0].Worst, areas[1].Worst));
        Assert.Contains("out of order", areas[0].Findings[1].What, StringComparison.Ordinal);
    }

    // That alone is told, and says what to do.
    static void Told(IEnumerable<Finding> findings, string name, FindingLevel level)
    {
        var told = Assert.Single(findings, f => f.Level != FindingLevel.Ok);
        Assert.Equal((name, level), (told.Name, told.Level));
        Assert.False(string.IsNullOrWhiteSpace(told.Remedy));
    }

    static DatabaseFacts Set(string name, string value) => Database with { Settings = new Dictionary<string, string>(GoodSettings, StringComparer.Ordinal) { [name] = value } };

    static Dictionary<string, TopicState> With(Func<TopicState, TopicState> change) =>
        new(StringComparer.Ordinal) { ["orders"] = change(new TopicState("orders", 8, 3, 3, 0, new TopicPlan("orders", 8) { MinInSync = 2 }.Settings)) };

    static TopicState Also(TopicState state, string name, string value) =>
        state with { Settings = new Dictionary<string, string>(state.Settings!.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal) { [name] = value } };
}
