using System.CommandLine;
using Npgsql;
using Orchestrator.Cli;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Doctor;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Doctor;

public sealed class DoctorTests(TestInfrastructure infrastructure)
{
    static readonly TimeSpan Bound = Eventually.Bound;

    [Fact]
    public async Task Database_when_it_is_set_up_wrong_is_told_what_is_wrong_by_name()
    {
        await using var database = await infrastructure.CreateDatabaseAsync();
        await ExecuteAsync(database, $"alter database {database.Name} set synchronous_commit = off; alter database {database.Name} set timezone = 'Europe/Berlin'; alter database {database.Name} set default_transaction_read_only = on");

        var findings = await LookAsync(DatabaseExamination.All(database.ConnectionString, TimeProvider.System));

        Assert.Equal(FindingLevel.Problem, findings["postgres_synchronous_commit"].Level);
        Assert.Equal(FindingLevel.Problem, findings["postgres_standby"].Level);
        Assert.Equal(FindingLevel.Warning, findings["postgres_timezone"].Level);
        Assert.Equal(FindingLevel.Warning, findings["postgres_migrations"].Level);
        Assert.Equal(FindingLevel.Warning, findings["service_lanes"].Level);
        Assert.Equal((FindingLevel.Ok, FindingLevel.Ok), (findings["postgres_reachable"].Level, findings["postgres_clock"].Level));
        Assert.DoesNotContain(findings.Values, f => f.What.Contains("Password", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Database_when_this_version_set_it_up_is_well_and_one_that_is_not_there_is_told_so()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();

        var findings = await LookAsync(DatabaseExamination.All(database.ConnectionString, TimeProvider.System));
        Assert.All(
            ["postgres_reachable", "postgres_migrations", "postgres_privileges", "postgres_synchronous_commit", "postgres_prepared_transactions", "postgres_standby"],
            name => Assert.Equal(FindingLevel.Ok, findings[name].Level));

        var nowhere = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "there_is_none", Password = "never-to-be-shown" }.ConnectionString;
        var refused = Assert.Single((await LookAsync(DatabaseExamination.All(nowhere, TimeProvider.System))).Values);
        Assert.Equal((true, FindingLevel.Problem), (refused.Name is "postgres_database" or "postgres_sign_in", refused.Level));
        Assert.DoesNotContain("never-to-be-shown", refused.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_when_topics_are_wrong_or_nobody_answers_is_told_by_name()
    {
        await using var kafka = TestInfrastructure.StartEmbeddedKafka(new EmbeddedBrokerOptions { Partitions = 2 });
        var plan = TopicPlan.Of(new KafkaOptions().Topics(new MessagingOptions { Partitions = 2 }, new Dictionary<string, string>(StringComparer.Ordinal)));

        var well = await LookAsync(ClusterExamination.All(kafka.ClientConfig, plan, Bound, TimeProvider.System));
        Assert.All(well.Values, f => Assert.Equal(FindingLevel.Ok, f.Level));
        Assert.Contains("all that are needed", well["kafka_apis"].What, StringComparison.Ordinal);

        kafka.Embedded!.DeleteTopic(Topics.Segments);
        kafka.Embedded.DeleteTopic(Topics.Alerts);
        kafka.Embedded.CreateTopic(Topics.Alerts, 2, new Dictionary<string, string>(StringComparer.Ordinal) { ["cleanup.policy"] = "compact", ["unclean.leader.election.enable"] = "true", ["min.insync.replicas"] = "2" });
        var wrong = await LookAsync(ClusterExamination.All(kafka.ClientConfig, plan, Bound, TimeProvider.System));
        Assert.Equal(
            ["kafka_drift", "kafka_elections", "kafka_min_in_sync", "kafka_topics"],
            wrong.Values.Where(f => f.Level == FindingLevel.Problem).Select(f => f.Name).Order(StringComparer.Ordinal));

        await kafka.Embedded.GoDownAsync();
        var away = await LookAsync(ClusterExamination.All(kafka.ClientConfig, plan, TimeSpan.FromSeconds(3), TimeProvider.System));
        Assert.Equal(FindingLevel.Problem, away["kafka_reachable"].Level);
        Assert.Equal(2, away.Count);
    }

    [Fact]
    public async Task Doctor_when_something_is_a_problem_says_so_by_its_exit_code()
    {
        await using var database = await infrastructure.CreateMigratedDatabaseAsync();
        await ExecuteAsync(database, $"alter database {database.Name} set synchronous_commit = off");

        Assert.Equal(1, await RunAsync("doctor", "postgres", "--postgres", database.ConnectionString));
        Assert.Equal(1, await RunAsync("doctor", "kafka", "--kafka", "127.0.0.1:1", "--timeout", "3", "--json"));
        Assert.Equal(2, await RunAsync("doctor", "service", "--api", "http://127.0.0.1:1", "--postgres", database.ConnectionString));
        var machine = Assert.Single(await Examination.RunAsync([MachineExamination.All(Path.GetTempPath())], Bound, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Equal(["machine_cores", "machine_memory", "machine_disk", "machine_fsync", "machine_open_files", "machine_clock"], machine.Findings.Select(f => f.Name));
    }

    static async Task<IReadOnlyDictionary<string, Finding>> LookAsync(IEnumerable<Examination> examinations) =>
        (await Examination.RunAsync(examinations, Bound, TimeProvider.System, TestContext.Current.CancellationToken)).SelectMany(a => a.Findings).ToDictionary(f => f.Name, StringComparer.Ordinal);

    static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var statement in sql.Split(';', StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    static Task<int> RunAsync(params string[] arguments) => OrchestratorCommand.Create(TimeProvider.System)
        .Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
