using Orchestrator.Broker;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// Kafka and PostgreSQL for a process that was pointed at none: whichever of the two is not given is started here, with its data under the
/// data directory. Dispose it last, after all that reads and writes has drained.
/// </summary>
public sealed class EmbeddedInfrastructure : IAsyncDisposable
{
    readonly KafkaBroker? _broker;
    readonly PrivatePostgres? _postgres;

    EmbeddedInfrastructure(EmbeddedInfrastructureOptions options, KafkaBroker? broker, PrivatePostgres? postgres)
    {
        _broker = broker;
        _postgres = postgres;
        BootstrapServers = broker?.BootstrapServers ?? options.Kafka!;
        ConnectionString = postgres?.ConnectionString ?? options.Postgres!;
    }

    /// <summary>Where Kafka is.</summary>
    public string BootstrapServers { get; }

    /// <summary>Where PostgreSQL is.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether the broker is this process's own.</summary>
    public bool HostsBroker => _broker is not null;

    /// <summary>Whether the database server is this process's own.</summary>
    public bool HostsPostgres => _postgres is not null;

    /// <summary>Starts what is not given.</summary>
    /// <exception cref="FileNotFoundException">PostgreSQL is needed and not installed; the text says what to install.</exception>
    /// <exception cref="IOException">The broker's chosen port is taken, or another process has the data directory.</exception>
    public static async Task<EmbeddedInfrastructure> StartAsync(EmbeddedInfrastructureOptions options, CancellationToken cancellation = default)
    {
        var started = string.IsNullOrWhiteSpace(options.Postgres)
            ? await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions
                {
                    Directory = Path.Combine(options.DataDirectory, "postgres"), Port = options.PostgresPort, LogAheadMegabytes = 512,
                },
                cancellation)
            : null;
        try
        {
            var hosted = string.IsNullOrWhiteSpace(options.Kafka)
                ? EmbeddedBroker.Start(new EmbeddedBrokerOptions
                {
                    Directory = Path.Combine(options.DataDirectory, "kafka"), Port = options.KafkaPort, Partitions = options.Partitions, Failed = options.BrokerFailed,
                })
                : null;
            return new EmbeddedInfrastructure(options, hosted, started);
        }
        catch
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Stops what was started here.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }
}

/// <summary>What an <see cref="EmbeddedInfrastructure"/> is given, and what it has to start.</summary>
public sealed record EmbeddedInfrastructureOptions
{
    /// <summary>Where data is kept.</summary>
    public string DataDirectory { get; init; } = ".data";

    /// <summary>Bootstrap servers of a Kafka cluster; null or blank starts an embedded broker.</summary>
    public string? Kafka { get; init; }

    /// <summary>A connection string; null or blank starts a private PostgreSQL.</summary>
    public string? Postgres { get; init; }

    /// <summary>The embedded broker's port; null takes a free one.</summary>
    public int? KafkaPort { get; init; }

    /// <summary>The private PostgreSQL's port; null takes a free one.</summary>
    public int? PostgresPort { get; init; }

    /// <summary>How many partitions the embedded broker's topics have.</summary>
    public int Partitions { get; init; } = Contracts.Topics.DefaultPartitions;

    /// <summary>Told of a failure while the embedded broker handled a request, and which.</summary>
    public Action<string, Exception>? BrokerFailed { get; init; }
}
