using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Activity.Segments;
using Orchestrator.Contracts;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Activity.Segments;

/// <summary>A database, a cluster, and as many services with both groups as a test starts, all real.</summary>
sealed class SegmentsService : IAsyncDisposable
{
    const int Partitions = 2;

    static readonly string[] TopicNames =
        [Topics.Accounts, Topics.SagaEvents, Topics.ActivityEvents, Topics.CustomerEvents, Topics.Segments, Topics.ActivityFeatures];

    readonly TestDatabase _database;
    readonly TestKafka _kafka;
    readonly IProducer<byte[], byte[]> _producer;
    readonly List<IHost> _hosts = [];

    SegmentsService(TestDatabase database, TestKafka kafka)
    {
        (_database, _kafka) = (database, kafka);
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig) { LingerMs = 0, Partitioner = Partitioner.Murmur2Random }).SetLogHandler((_, _) => { }).Build();
    }

    public NpgsqlDataSource Source { get; }

    public static async Task<SegmentsService> CreateAsync(TestInfrastructure infrastructure)
    {
        var database = await infrastructure.CreateMigratedDatabaseAsync();
        var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(Partitions, [.. TopicNames, .. TopicNames.Select(t => t + Topics.ParkedSuffix)]);
        return new SegmentsService(database, kafka);
    }

    public async Task<IHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = _kafka.BootstrapServers,
            ["ORCHESTRATOR_POSTGRES"] = _database.ConnectionString,
            ["Messaging:Partitions"] = Partitions.ToString(),
            ["Messaging:HeartbeatMs"] = "50",
            ["Messaging:MaxBackoffMs"] = "200",
            ["Activity:Segments:BackfillSettleMs"] = "100",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddSegmentLanes(builder.Configuration);
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        _hosts.Add(host);
        return host;
    }

    public async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        host.Dispose();
    }

    /// <summary>Publishes a message as any service would.</summary>
    public void Send(IContract message, Guid id)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        _producer.Produce(contract.Topic, KafkaWire.ToKafka(OutgoingMessage.Of(contract, message, id, "/test", Facts.Noon, traceParent: null)));
    }

    /// <summary>Reads a topic from its beginning until <paramref name="enough"/>; gives what was read, in the order of each partition, repetitions included.</summary>
    public List<T> Read<T>(Func<List<T>, bool> enough)
    {
        var contract = MessageCatalog.Contracts.Of(typeof(T));
        using var consumer = Consumer(contract.Topic);
        var (messages, began) = (new List<T>(), TimeProvider.System.GetTimestamp());
        while (!enough(messages) && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
                messages.Add((T)JsonSerializer.Deserialize(result.Message.Value, contract.Json)!);
        }
        return messages;
    }

    /// <summary>A consumer of all of a topic.</summary>
    public IConsumer<byte[], byte[]> Consumer(string topic)
    {
        var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(_kafka.ClientConfig) { GroupId = "reader", EnableAutoCommit = false }).SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        return consumer;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopAsync(host);
        _producer.Dispose();
        await Source.DisposeAsync();
        await _kafka.DisposeAsync();
        await _database.DisposeAsync();
    }
}
