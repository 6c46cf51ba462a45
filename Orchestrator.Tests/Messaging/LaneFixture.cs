using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Messaging;

/// <summary>A database, a cluster and as many services with recording lanes as a test starts, all real.</summary>
public sealed class LaneFixture : IAsyncDisposable
{
    const int Partitions = 4;
    static readonly string[] TopicNames = [Topics.Transactions, Topics.Alerts, Topics.Transactions + Topics.ParkedSuffix];

    readonly List<IHost> _hosts = [];

    LaneFixture(TestDatabase database, TestKafka kafka)
    {
        Database = database;
        Kafka = kafka;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig) { LingerMs = 1, Partitioner = Partitioner.Murmur2Random, MessageMaxBytes = 1_048_576 }).Build();
    }

    public TestDatabase Database { get; }

    public TestKafka Kafka { get; }

    public NpgsqlDataSource Source { get; }

    public IProducer<byte[], byte[]> Producer { get; }

    public RecordingProcessor.Behaviour Behaviour { get; } = new();

    public static async Task<LaneFixture> CreateAsync(TestInfrastructure infrastructure, bool embedded = false)
    {
        var kafka = embedded ? TestInfrastructure.StartEmbeddedKafka() : await infrastructure.StartKafkaAsync();
        await kafka.CreateTopicsAsync(Partitions, TopicNames);
        var fixture = new LaneFixture(await infrastructure.CreateMigratedDatabaseAsync(), kafka);
        await fixture.ExecuteAsync("create table effect (n bigint generated always as identity, key text, id uuid, kind text, lane int)");
        return fixture;
    }

    public async Task<IHost> StartServiceAsync(string? kafka = null, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka ?? Kafka.BootstrapServers,
            ["ORCHESTRATOR_POSTGRES"] = Database.ConnectionString,
            ["Messaging:Partitions"] = Partitions.ToString(),
            ["Messaging:HeartbeatMs"] = "50",
            ["Messaging:MaxBackoffMs"] = "200",
        });
        builder.Configuration.AddInMemoryCollection(TopicNames.Select(t => KeyValuePair.Create("Topics:" + t, (string?)Kafka.Topic(t))));
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        builder.Services.AddSingleton(new LaneGroup
        {
            Name = Kafka.Group("recorder"),
            Topics = [Kafka.Topic(Topics.Transactions)],
            CreateProcessor = lane => new RecordingProcessor(lane, Behaviour),
        });
        var host = builder.Build();
        await host.StartAsync();
        _hosts.Add(host);
        return host;
    }

    public async Task StopServiceAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        host.Dispose();
    }

    public static TransactionSubmitted Transaction(Guid id, string key, params (string Key, string Value)[] metadata) => new(
        id, key, "destination", 100, "EUR", TransactionKind.Transfer, DateTimeOffset.UnixEpoch.AddYears(50),
        Metadata: metadata.Length == 0 ? null : metadata.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal));

    public void Send(TransactionSubmitted transaction, Guid? messageId = null)
    {
        var contract = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted));
        var message = OutgoingMessage.Of(contract, transaction, messageId ?? transaction.TransactionId, "/test", DateTimeOffset.UnixEpoch.AddYears(50));
        Producer.Produce(Kafka.Topic(Topics.Transactions), KafkaWire.ToKafka(message));
    }

    /// <summary>The ids that took effect for a key, in order.</summary>
    public async Task<List<Guid>> EffectsAsync(string? key = null, string kind = "message")
    {
        await using var command = Source.CreateCommand("select id from effect where kind = $2 and ($1::text is null or key = $1) order by n");
        command.Parameters.Add(new() { Value = (object?)key ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = kind });
        await using var rows = await command.ExecuteReaderAsync();
        var ids = new List<Guid>();
        while (await rows.ReadAsync())
            ids.Add(rows.GetGuid(0));
        return ids;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until as many messages took effect.</summary>
    public Task TakenAsync(int count, TimeSpan? within = null) =>
        Eventually.HoldsAsync($"{count} effects", async () => await ScalarAsync<long>("select count(*) from effect where kind = 'message'") >= count, within);

    /// <summary>The ids on a topic, in order of partition and offset, from its beginning until as many were read.</summary>
    public List<Guid> Read(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Kafka.ClientConfig) { GroupId = Kafka.Group("reader"), EnableAutoCommit = false }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(Kafka.Topic(topic), p, Offset.Beginning)));
        var ids = new List<Guid>();
        var began = TimeProvider.System.GetTimestamp();
        while (ids.Count < count && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
                ids.Add(Guid.Parse(KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Id)!));
        }
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync();
            host.Dispose();
        }
        Producer.Dispose();
        await Source.DisposeAsync();
        await Kafka.DisposeAsync();
        await Database.DisposeAsync();
    }
}
