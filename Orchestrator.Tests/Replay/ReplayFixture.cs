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

/// <summary>A database, a cluster with a topic, and what works on replays, all real.</summary>
sealed class ReplayFixture : IAsyncDisposable
{
    public const int Partitions = 3;

    /// <summary>No machine is so busy that it takes as long between two renewals.</summary>
    public const int LongLeaseMs = 120_000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TestDatabase _database;
    readonly IHost _host;

    ReplayFixture(TestDatabase database, TestKafka kafka)
    {
        (_database, Kafka) = (database, kafka);
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        _host = ReplayService.Build(kafka.BootstrapServers, database.ConnectionString, LongLeaseMs);
        Store = new ReplayStore(Source, TimeProvider.System);
        Worker = WorkerOf(_host);
    }

    public TestKafka Kafka { get; }

    public NpgsqlDataSource Source { get; }

    public ReplayStore Store { get; }

    public ReplayWorker Worker { get; }

    public string ConnectionString => _database.ConnectionString;

    public string Topic => Kafka.Topic("history");

    public ReplayParts Parts => _host.Services.GetRequiredService<ReplayParts>();

    public ReplayExpiry Expiry => _host.Services.GetRequiredService<ReplayExpiry>();

    public static async Task<ReplayFixture> CreateAsync(TestInfrastructure infrastructure)
    {
        var database = await infrastructure.CreateMigratedDatabaseAsync();
        var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(Partitions, "history");
        return new ReplayFixture(database, kafka);
    }

    public static ReplayWorker WorkerOf(IHost host) =>
        new(host.Services.GetRequiredService<ReplayParts>(), host.Services.GetRequiredService<ReplayExpiry>(), NullLogger<ReplayWorker>.Instance);

    /// <summary>Publishes messages, each to its partition; they stand there in their order.</summary>
    public void Publish(IEnumerable<PastMessage> messages, string? topic = null)
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
    public static IEnumerable<PastMessage> InTurn(int count) => Enumerable.Range(0, count).Select(n => new PastMessage(n % Partitions, 1_000_000 + n, $"k{n % 7}", "a.v1", "red", $"body {n}"));

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

    public ReplayOrder Into(int id) => new(Topic, ReplayTarget.TopicOf(Id(id)), ReplayFilter.All);

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
    public List<(int Partition, long Offset, string Body)> Read(int id)
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
                Assert.Equal((n, $"{n}", $"{Id(id)}", Topic, $"{p}"), (copy.Offset.Value, Header(copy, ReplayHeaders.Sequence), Header(copy, ReplayHeaders.Id), Header(copy, ReplayHeaders.Topic), Header(copy, ReplayHeaders.Partition)));
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
