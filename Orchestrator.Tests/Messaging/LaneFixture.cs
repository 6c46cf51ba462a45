using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Messaging;

/// <summary>A database, a cluster and as many services with recording lanes as a test starts, all real.</summary>
public sealed class LaneFixture : IAsyncDisposable
{
    /// <summary>Of every topic, and so of lanes.</summary>
    public const int Partitions = 4;

    static readonly string[] TopicNames = [Topics.Transactions, Topics.Alerts, Topics.Transactions + Topics.ParkedSuffix];

    readonly List<IHost> _hosts = [];

    readonly IAsyncDisposable? _database;
    string _connectionString;

    LaneFixture(string connectionString, IAsyncDisposable? database, TestKafka kafka)
    {
        _connectionString = connectionString;
        _database = database;
        Kafka = kafka;
        Source = NpgsqlDataSource.Create(connectionString);
        Producer = ProducerOn(kafka);
    }

    public TestKafka Kafka { get; private set; }

    public NpgsqlDataSource Source { get; }

    public IProducer<byte[], byte[]> Producer { get; private set; }

    public RecordingProcessor.Behaviour Behaviour { get; } = new();

    /// <summary>What the recorder takes; all when null.</summary>
    public IReadOnlyCollection<Type>? Takes { get; set; }

    /// <summary>Which topics the recorder keeps; all when null.</summary>
    public IReadOnlyCollection<string>? KeeperOf { get; set; }

    /// <summary>Groups beside the recorder.</summary>
    public List<LaneGroup> Others { get; } = [];

    /// <summary>On a database of its own in the run's server, and a broker in this process where <paramref name="embedded"/> or nothing else is there.</summary>
    public static async Task<LaneFixture> CreateAsync(TestInfrastructure infrastructure, bool embedded = false)
    {
        var database = await infrastructure.CreateMigratedDatabaseAsync();
        return await CreateAsync(database.ConnectionString, database, embedded ? TestInfrastructure.StartEmbeddedKafka() : await infrastructure.StartKafkaAsync());
    }

    /// <summary>On a migrated database of the caller's.</summary>
    public static Task<LaneFixture> CreateAsync(string connectionString) => CreateAsync(connectionString, database: null, TestInfrastructure.StartEmbeddedKafka());

    static async Task<LaneFixture> CreateAsync(string connectionString, IAsyncDisposable? database, TestKafka kafka)
    {
        await kafka.CreateTopicsAsync(Partitions, TopicNames);
        var fixture = new LaneFixture(connectionString, database, kafka);
        await fixture.ExecuteAsync("create table effect (n bigint generated always as identity, key text, id uuid, kind text, lane int)");
        return fixture;
    }

    /// <summary>Services that start from here on reach the database by way of what is between.</summary>
    public AnswerEater PutBetween()
    {
        var between = new AnswerEater(_connectionString);
        _connectionString = between.ConnectionString;
        return between;
    }

    /// <summary>Another cluster with the same topics takes the place of the one that was.</summary>
    public async Task ReplaceClusterAsync()
    {
        Producer.Dispose();
        // The new one first: an embedded cluster is named by its address in memory, which must not be that of the old one.
        var former = Kafka;
        Kafka = TestInfrastructure.StartEmbeddedKafka();
        await former.DisposeAsync();
        await Kafka.CreateTopicsAsync(Partitions, TopicNames);
        Producer = ProducerOn(Kafka);
    }

    static IProducer<byte[], byte[]> ProducerOn(TestKafka kafka) => new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)
    {
        LingerMs = 1,
        Partitioner = Partitioner.Murmur2Random,
        MessageMaxBytes = 1_048_576,
        EnableIdempotence = true,
    }).SetLogHandler((_, _) => { }).Build();

    public async Task<IHost> StartServiceAsync(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = Kafka.BootstrapServers,
            ["ORCHESTRATOR_POSTGRES"] = _connectionString,
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
            Takes = Takes,
            KeeperOf = KeeperOf,
        });
        foreach (var group in Others)
            builder.Services.AddSingleton(group);
        var host = builder.Build();
        try
        {
            await host.StartAsync();
        }
        catch
        {
            host.Dispose();
            throw;
        }
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

    /// <summary>Sends a transaction, its body grown by <paramref name="pad"/>.</summary>
    public void Send(TransactionSubmitted transaction, string? traceParent = null, string pad = "")
    {
        var contract = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted));
        var message = OutgoingMessage.Of(contract, transaction, transaction.TransactionId, "/test", DateTimeOffset.UnixEpoch.AddYears(50), traceParent);
        if (pad.Length > 0)
            message = message with { Body = Encoding.UTF8.GetBytes($$"""{"pad":"{{pad}}",{{Encoding.UTF8.GetString(message.Body.Span)[1..]}}""") };
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

    /// <summary>Leaves announcements as the owner of the first effect's lane would that died between the commit and the publishing.</summary>
    public async Task LeaveInOutboxAsync(params Guid[] ids)
    {
        foreach (var id in ids)
        {
            var alert = new AlertRaised(id, "a", "left", 0, [], DateTimeOffset.UnixEpoch.AddYears(50));
            var contract = MessageCatalog.Contracts.Of(alert.GetType()) with { Topic = Kafka.Topic(Topics.Alerts) };
            var message = OutgoingMessage.Of(contract, alert, id, "/test", DateTimeOffset.UnixEpoch.AddYears(50));
            await using var command = Source.CreateCommand(
                """
                with lane as (
                    update messaging.lane set outbox_seq = outbox_seq + 1
                    where partition = (select lane from effect order by n limit 1) returning group_id, partition, outbox_seq
                )
                insert into messaging.outbox (group_id, partition, seq, messages, payload) select group_id, partition, outbox_seq, 1, $1 from lane
                """);
            command.Parameters.Add(new() { Value = PackedMessages.Pack(message) });
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }
    }

    /// <summary>Waits until as many messages took effect.</summary>
    public Task TakenAsync(int count, TimeSpan? within = null) =>
        Eventually.HoldsAsync($"{count} effects", async () => await ScalarAsync<long>("select count(*) from effect where kind = 'message'") >= count, within);

    /// <summary>A message's id by its number.</summary>
    public static Guid Id(int n) => new(n, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    /// <summary>The ids on a topic, in order of partition and offset, repetitions included, from its beginning until as many different ones were read.</summary>
    public List<Guid> Read(string topic, int count) =>
        [.. ReadMessages(topic, count).Select(m => Guid.Parse(KafkaWire.Text(m.Headers, CloudEventHeaders.Id)!))];

    /// <inheritdoc cref="Read" />
    public List<Message<byte[], byte[]>> ReadMessages(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Kafka.ClientConfig) { GroupId = Kafka.Group("reader"), EnableAutoCommit = false })
            .SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(Kafka.Topic(topic), p, Offset.Beginning)));
        var messages = new List<Message<byte[], byte[]>>();
        var began = TimeProvider.System.GetTimestamp();
        var different = new HashSet<string>(StringComparer.Ordinal);
        while (different.Count < count && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                continue;
            messages.Add(result.Message);
            different.Add(KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Id)!);
        }
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopServiceAsync(host);
        Producer.Dispose();
        await Source.DisposeAsync();
        await Kafka.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }
}
