using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Messaging.Replay;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Replay;

/// <summary>The tests that share a <see cref="ReplayFixture"/>.</summary>
[CollectionDefinition(Name)]
public sealed class ReplayCollection : ICollectionFixture<ReplayFixture>
{
    public const string Name = "Replay";
}

/// <summary>A database, a cluster with some topics, and what works on replays, all real.</summary>
public sealed class ReplayFixture(TestInfrastructure infrastructure) : IAsyncLifetime
{
    public const int Partitions = 3;

    public const int Messages = 900;

    public const string Model = "model";

    public const string Expiring = "expiring";

    /// <summary>No machine is so busy that it takes as long between two renewals.</summary>
    public const int LongLeaseMs = 120_000;

    static readonly TimeSpan Patience = Eventually.Bound;

    TestDatabase _database = null!;
    IHost _host = null!;

    public TestKafka Kafka { get; private set; } = null!;

    public NpgsqlDataSource Source { get; private set; } = null!;

    public ReplayStore Store { get; private set; } = null!;

    internal ReplayWorker Worker { get; private set; } = null!;

    public string ConnectionString => _database.ConnectionString;

    /// <summary>Has <see cref="Messages"/> messages, in turn over its partitions.</summary>
    public string Topic => Kafka.Topic("history");

    /// <summary>For a test that fills it by itself.</summary>
    public string OtherTopic(string name) => Kafka.Topic(name);

    internal ReplayParts Parts => _host.Services.GetRequiredService<ReplayParts>();

    internal ReplayExpiry Expiry => _host.Services.GetRequiredService<ReplayExpiry>();

    public async ValueTask InitializeAsync()
    {
        _database = await infrastructure.CreateMigratedDatabaseAsync();
        Kafka = TestInfrastructure.StartEmbeddedKafka();
        await Kafka.CreateTopicsAsync(Partitions, "history", Model, Expiring);
        Source = NpgsqlDataSource.Create(_database.ConnectionString);
        _host = ReplayService.Build(Kafka.BootstrapServers, _database.ConnectionString, LongLeaseMs);
        Store = new ReplayStore(Source, TimeProvider.System);
        Worker = WorkerOf(_host);
        Publish(InTurn(Messages));
    }

    internal static ReplayWorker WorkerOf(IHost host) =>
        new(host.Services.GetRequiredService<ReplayParts>(), host.Services.GetRequiredService<ReplayExpiry>(), NullLogger<ReplayWorker>.Instance);

    /// <summary>Publishes messages, each to its partition; they stand there in their order.</summary>
    internal void Publish(IEnumerable<PastMessage> messages, string? topic = null)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(Kafka.ClientConfig) { LingerMs = 2, EnableIdempotence = true }).SetLogHandler((_, _) => { }).Build();
        foreach (var m in messages)
        {
            producer.Produce(new TopicPartition(topic ?? Topic, m.Partition), new Message<byte[], byte[]>
            {
                Key = Encoding.UTF8.GetBytes(m.Key),
                Value = Encoding.UTF8.GetBytes(m.Body),
                Timestamp = new Timestamp(m.AtMs, TimestampType.CreateTime),
                Headers = new Headers { { CloudEventHeaders.Type, Encoding.UTF8.GetBytes(m.Type) }, { "tint", Encoding.UTF8.GetBytes(m.Tint) } },
            });
        }
        producer.Flush(Patience);
    }

    /// <summary>Messages in turn over the partitions.</summary>
    internal static IEnumerable<PastMessage> InTurn(int count) => Enumerable.Range(0, count).Select(n => new PastMessage(n % Partitions, 1_000_000 + n, $"k{n % 7}", "a.v1", "red", $"body {n}"));

    /// <summary>Asks for a replay, which waits for a process.</summary>
    public async Task<ReplayJob> AskAsync(int id, ReplayOrder order) =>
        Assert.IsType<ReplayRequested.Accepted>(await Store.RequestAsync(Id(id), null, order, "olga", "the test wants it", 100, CancellationToken.None)).Job;

    /// <summary>Works on all that wait, and gives one.</summary>
    public async Task<ReplayJob> WorkAsync(int id)
    {
        while (await Worker.RunNextAsync(CancellationToken.None))
        {
        }
        return await FindAsync(id);
    }

    public async Task<ReplayJob> FindAsync(int id) => (await Store.FindAsync(Id(id), CancellationToken.None))!;

    public static Guid Id(int n) => new($"018f4e2b-a000-7000-8000-{n:x12}");

    /// <summary>From here on it goes as fast as it can.</summary>
    public Task LiftRateAsync(int id) => ExecuteAsync($"update messaging.replay set request = request - 'ratePerSecond' where id = '{Id(id)}'");

    public ReplayOrder Into(int id, string? topic = null) => new(topic ?? Topic, ReplayTarget.TopicOf(Id(id)), ReplayFilter.All);

    /// <summary>Makes the lease of whoever works on it end now, as time would.</summary>
    public async Task EndLeaseAsync(int id) => await ExecuteAsync($"update messaging.replay set lease_until = clock_timestamp() - interval '1 second' where id = '{Id(id)}'");

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How many copies there are.</summary>
    public long Copies(int id)
    {
        using var consumer = Consumer();
        return Enumerable.Range(0, Partitions).Sum(p => consumer.QueryWatermarkOffsets(new TopicPartition(ReplayTarget.TopicOf(Id(id)).Name, p), Patience).High.Value);
    }

    /// <summary>All that stands in a replay's topic: where each copy came from, by partition in order. That it is in its place is checked.</summary>
    public List<(int Partition, long Offset, string Body)> Read(int id, string? source = null)
    {
        var topic = ReplayTarget.TopicOf(Id(id)).Name;
        using var consumer = Consumer();
        var all = new List<(int, long, string)>();
        for (var p = 0; p < Partitions; p++)
        {
            var end = consumer.QueryWatermarkOffsets(new TopicPartition(topic, p), Patience).High.Value;
            consumer.Assign(new TopicPartitionOffset(topic, p, 0));
            for (var n = 0L; n < end; n++)
            {
                var copy = consumer.Consume(Patience);
                Assert.Equal((n, $"{n}", $"{Id(id)}", source ?? Topic, $"{p}"), (copy.Offset.Value, Header(copy, ReplayHeaders.Sequence), Header(copy, ReplayHeaders.Id), Header(copy, ReplayHeaders.Topic), Header(copy, ReplayHeaders.Partition)));
                all.Add((p, long.Parse(Header(copy, ReplayHeaders.Offset)!, CultureInfo.InvariantCulture), Encoding.UTF8.GetString(copy.Message.Value)));
            }
        }
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        Worker.Dispose();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await Source.DisposeAsync();
        await Kafka.DisposeAsync();
        await _database.DisposeAsync();
    }

    static string? Header(ConsumeResult<byte[], byte[]> result, string name) => KafkaWire.Text(result.Message.Headers, name);

    IConsumer<byte[], byte[]> Consumer() => new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(Kafka.ClientConfig) { GroupId = "reader", EnableAutoCommit = false, FetchWaitMaxMs = 10 })
        .SetLogHandler((_, _) => { }).Build();
}

/// <summary>A message of the topic that is replayed.</summary>
sealed record PastMessage(int Partition, long AtMs, string Key, string Type, string Tint, string Body);
