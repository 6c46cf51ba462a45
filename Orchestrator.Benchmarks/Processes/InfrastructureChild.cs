using System.Globalization;
using Orchestrator.Broker;
using Orchestrator.Messaging.Embedded;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>The broker, in this process, and PostgreSQL, in its own, on a directory that goes with them.</summary>
sealed class InfrastructureChild : IChild
{
    public const string Role = "infrastructure";
    public const string Topics = "BENCH_TOPICS";
    public const string Partitions = "BENCH_PARTITIONS";
    public const string Statements = "BENCH_STATEMENTS";
    public const string Kafka = "kafka";
    public const string Postgres = "postgres";
    public const string PostgresDirectory = "postgres_directory";

    readonly DirectoryInfo _directory;
    readonly PrivatePostgres _postgres;
    readonly KafkaBroker _broker;

    InfrastructureChild(DirectoryInfo directory, PrivatePostgres postgres, KafkaBroker broker)
    {
        _directory = directory;
        _postgres = postgres;
        _broker = broker;
        Ready = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Kafka] = broker.BootstrapServers,
            [Postgres] = postgres.ConnectionString,
            [PostgresDirectory] = postgres.DataDirectory,
        };
    }

    public IReadOnlyDictionary<string, string> Ready { get; }

    public static async Task<InfrastructureChild> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-bench-");
        try
        {
            var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions
            {
                Directory = directory.FullName,
                LogAheadMegabytes = 512, // as ./run has it
                Settings = Settings(),
            });
            var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions
            {
                Directory = Path.Combine(directory.FullName, "kafka"),
                Topics = Environment.GetEnvironmentVariable(Topics)!.Split(','),
                Partitions = int.Parse(Environment.GetEnvironmentVariable(Partitions)!, CultureInfo.InvariantCulture),
            });
            return new InfrastructureChild(directory, postgres, broker);
        }
        catch
        {
            directory.Delete(recursive: true);
            throw;
        }
    }

    static Dictionary<string, string> Settings() =>
        Environment.GetEnvironmentVariable(Statements) is { Length: > 0 }
            ? new(StringComparer.Ordinal) { ["shared_preload_libraries"] = "pg_stat_statements", ["pg_stat_statements.track_planning"] = "on" }
            : [];

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _postgres.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
