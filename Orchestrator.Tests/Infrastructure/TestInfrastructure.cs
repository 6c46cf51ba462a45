using Npgsql;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Schema;
using Orchestrator.Tests.Infrastructure;

[assembly: AssemblyFixture(typeof(TestInfrastructure))]

namespace Orchestrator.Tests.Infrastructure;

/// <summary>
/// One PostgreSQL and, where a real one is asked for, one Kafka cluster for the whole run; started when a test first asks, so that a filtered
/// run starts only what it needs. ORCHESTRATOR_TEST_POSTGRES and ORCHESTRATOR_TEST_KAFKA point at running ones; else containers
/// where a Docker engine answers; else a private server and brokers in this process.
/// </summary>
public sealed class TestInfrastructure : IAsyncDisposable
{
    const string MigratedTemplate = "orchestrator_template";

    readonly Lazy<Task<TestPostgres>> _postgres = new(TestPostgres.StartAsync);
    readonly Lazy<Task<string>> _template;
    readonly Lazy<Task<SharedKafka?>> _sharedKafka = new(SharedKafka.StartAsync);
    int _databases;
    int _clusters;

    public TestInfrastructure() => _template = new(CreateTemplateAsync);

    /// <summary>An empty database of the caller's own. Dispose it to drop it.</summary>
    public Task<TestDatabase> CreateDatabaseAsync() => CreateAsync(template: null);

    /// <summary>A database of the caller's own with every migration applied. Dispose it to drop it.</summary>
    public async Task<TestDatabase> CreateMigratedDatabaseAsync() => await CreateAsync(await _template.Value);

    /// <summary>
    /// Kafka for one test class: a broker of its own in this process, or a share of the real cluster under a prefix of its own.
    /// Topics are created by <see cref="TestKafka.CreateTopicsAsync"/> and named by <see cref="TestKafka.Topic"/>.
    /// </summary>
    public async Task<TestKafka> StartKafkaAsync() => await _sharedKafka.Value is { } shared
        ? new TestKafka(shared.BootstrapServers, $"{shared.RunPrefix}{Interlocked.Increment(ref _clusters)}-", embedded: null)
        : StartEmbeddedKafka();

    /// <summary>A broker in this process whatever else there is, for tests that inject faults.</summary>
    public static TestKafka StartEmbeddedKafka(EmbeddedBrokerOptions? options = null)
    {
        var broker = EmbeddedBroker.Start(options ?? new EmbeddedBrokerOptions { Topics = [] });
        return new TestKafka(broker.BootstrapServers, prefix: string.Empty, broker);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres.IsValueCreated)
        {
            await (await _postgres.Value).DisposeAsync();
        }

        if (_sharedKafka.IsValueCreated && await _sharedKafka.Value is { } shared)
        {
            await shared.DisposeAsync();
        }
    }

    async Task<TestDatabase> CreateAsync(string? template)
    {
        var server = await _postgres.Value;
        var name = $"{server.DatabasePrefix}{Interlocked.Increment(ref _databases)}";
        await server.ExecuteAsync($"create database {name}" + (template is null ? string.Empty : $" template {template}"));
        return new TestDatabase(server, name);
    }

    async Task<string> CreateTemplateAsync()
    {
        var server = await _postgres.Value;
        var name = server.DatabasePrefix + MigratedTemplate;
        await server.ExecuteAsync($"create database {name}");
        var connectionString = server.ConnectionStringTo(name);
        await Migrations.ApplyAsync(connectionString);

        // A database that somebody is connected to cannot be copied, and a pool stays connected.
        await using (var connection = new NpgsqlConnection(connectionString))
        {
            NpgsqlConnection.ClearPool(connection);
        }

        await server.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
        return name;
    }
}
