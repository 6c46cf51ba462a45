using Confluent.Kafka;
using Orchestrator.Broker;
using Orchestrator.Messaging.Clusters;
using Testcontainers.Kafka;

namespace Orchestrator.Tests.Infrastructure;

/// <summary>The Kafka of one test class.</summary>
public sealed class TestKafka : IAsyncDisposable
{
    readonly string _prefix;

    internal TestKafka(string bootstrapServers, string prefix, KafkaBroker? embedded)
    {
        BootstrapServers = bootstrapServers;
        _prefix = prefix;
        Embedded = embedded;
    }

    /// <summary>Where it is.</summary>
    public string BootstrapServers { get; }

    /// <summary>The broker in this process, or null when the cluster is a real one, which takes no faults.</summary>
    public KafkaBroker? Embedded { get; }

    /// <summary>What clients need to reach it.</summary>
    public ClientConfig ClientConfig => new() { BootstrapServers = BootstrapServers };

    /// <summary>A topic's name here: on a shared cluster each test class has names of its own.</summary>
    public string Topic(string name) => _prefix + name;

    /// <summary>A consumer group's name here.</summary>
    public string Group(string name) => _prefix + name;

    /// <summary>Creates topics by their plain names, and waits until they are there.</summary>
    public Task CreateTopicsAsync(int partitions, params string[] names) =>
        new TopicProvisioner(ClientConfig, TimeProvider.System).EnsureAsync([.. names.Select(name => new TopicPlan(Topic(name), partitions))]);

    public async ValueTask DisposeAsync()
    {
        if (Embedded is not null)
        {
            await Embedded.DisposeAsync();
        }
    }
}

/// <summary>A real cluster that all test classes share.</summary>
public sealed class SharedKafka : IAsyncDisposable
{
    const string Image = "apache/kafka:4.1.0";

    readonly KafkaContainer? _container;

    SharedKafka(string bootstrapServers, KafkaContainer? container)
    {
        BootstrapServers = bootstrapServers;
        _container = container;
    }

    public string BootstrapServers { get; }

    public string RunPrefix { get; } = $"test-{Environment.ProcessId}-";

    internal static async Task<SharedKafka?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("ORCHESTRATOR_TEST_KAFKA") is { Length: > 0 } given)
        {
            return new SharedKafka(given, container: null);
        }

        return await Docker.TryStartAsync(() => new KafkaBuilder(Image).Build()) is { } started
            ? new SharedKafka(started.GetBootstrapAddress(), started)
            : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }
}
