using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Streams;

/// <summary>A database, a cluster and as many services with stream lanes as a test starts, all real.</summary>
public sealed class StreamFixture : IAsyncDisposable
{
    /// <summary>Of every topic, and so of lanes.</summary>
    public const int Partitions = 4;

    /// <summary>The group.</summary>
    public const string GroupName = "chains";

    public static readonly string[] TopicNames = [Topics.Transactions, Topics.Decisions, Topics.Transactions + Topics.ParkedSuffix];

    readonly List<IHost> _hosts = [];
    readonly TestDatabase _database;
    int _started;

    StreamFixture(TestDatabase database, TestKafka kafka)
    {
        _database = database;
        Kafka = kafka;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)
        {
            LingerMs = 1,
            Partitioner = Partitioner.Murmur2Random,
            EnableIdempotence = true,
            MessageTimeoutMs = 0,
        }).SetLogHandler((_, _) => { }).Build();
    }

    public TestKafka Kafka { get; }

    public NpgsqlDataSource Source { get; }

    public IProducer<byte[], byte[]> Producer { get; }

    public string ConnectionString => _database.ConnectionString;

    public string Prefix => Kafka.Topic("");

    public static async Task<StreamFixture> CreateAsync(TestInfrastructure infrastructure, bool embedded = false)
    {
        var fixture = new StreamFixture(
            await infrastructure.CreateMigratedDatabaseAsync(), embedded ? TestInfrastructure.StartEmbeddedKafka() : await infrastructure.StartKafkaAsync());
        await fixture.Kafka.CreateTopicsAsync(Partitions, TopicNames);
        return fixture;
    }

    public async Task<IHost> StartServiceAsync(
        ChainProcessor.Behaviour? behaviour = null, Func<StreamGroup, StreamGroup>? change = null, params (string Key, string Value)[] settings)
    {
        var host = await StreamService.StartAsync(
            Kafka.BootstrapServers, _database.ConnectionString, change, behaviour ?? new ChainProcessor.Behaviour(), $"here{++_started}", Prefix, LogLevel.Critical, settings);
        _hosts.Add(host);
        return host;
    }

    public async Task StopServiceAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        host.Dispose();
    }

    public void Send(int n, string key, params (string Key, string Value)[] metadata) => Send(Id(n), key, metadata);

    public void Send(Guid id, string key, params (string Key, string Value)[] metadata)
    {
        var transaction = Messaging.LaneFixture.Transaction(id, key, metadata);
        var message = OutgoingMessage.Of(MessageCatalog.Contracts.Of(typeof(TransactionSubmitted)), transaction, id, "/test", DateTimeOffset.UnixEpoch.AddYears(50));
        Producer.Produce(Kafka.Topic(Topics.Transactions), KafkaWire.ToKafka(message));
    }

    /// <summary>A message's id by its number.</summary>
    public static Guid Id(int n) => Messaging.LaneFixture.Id(n);

    /// <summary>What the topic holds, in order of partition and offset, once it holds as many as <paramref name="count"/> answers to different messages.</summary>
    public async Task<List<FraudAssessed>> AnswersAsync(int count, TimeSpan? within = null)
    {
        using var reader = new AnswerReader(Kafka, Partitions);
        try
        {
            await Eventually.HoldsAsync($"{count} answers", () => reader.ReadOn() >= count, within ?? TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} There are {reader.ReadOn()}.", e);
        }
        return reader.Answers;
    }

    /// <summary>Each message is answered once, and each answer follows the one before it of its account.</summary>
    public static void AssertChained(IReadOnlyList<FraudAssessed> answers)
    {
        Assert.Equal(answers.Count, answers.Select(a => a.TransactionId).Distinct().Count());
        foreach (var account in answers.GroupBy(a => a.SourceAccountId, StringComparer.Ordinal))
        {
            var (hash, count) = ("", 0);
            foreach (var answer in account)
            {
                hash = ChainProcessor.Next(hash, answer.TransactionId, answer.RulesVersion);
                count++;
                Assert.True(
                    string.Equals(hash, answer.Reasons[0].Sentence, StringComparison.Ordinal) && count == answer.Reasons[0].Contribution,
                    $"answer {count} of account {account.Key} does not follow from those before it: it is said to be number {answer.Reasons[0].Contribution}");
            }
        }
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopServiceAsync(host);
        Producer.Dispose();
        await Source.DisposeAsync();
        await Kafka.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>Reads the answers from the beginning of their topic.</summary>
sealed class AnswerReader : IDisposable
{
    readonly IConsumer<byte[], byte[]> _consumer;
    readonly SortedDictionary<(int Partition, long Offset), FraudAssessed> _answers = [];
    readonly HashSet<Guid> _different = [];

    public AnswerReader(TestKafka kafka, int partitions)
    {
        _consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(kafka.ClientConfig) { GroupId = kafka.Group("reader"), EnableAutoCommit = false })
            .SetLogHandler((_, _) => { }).Build();
        _consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(kafka.Topic(Topics.Decisions), p, Offset.Beginning)));
    }

    /// <summary>All that was read, repetitions included.</summary>
    public List<FraudAssessed> Answers => [.. _answers.Values];

    /// <summary>Reads what is there.</summary>
    /// <returns>To how many different messages there are answers now.</returns>
    public int ReadOn()
    {
        while (_consumer.Consume(TimeSpan.FromMilliseconds(_answers.Count == 0 ? 200 : 20)) is { } result)
        {
            var answer = JsonSerializer.Deserialize(result.Message.Value, ContractJson.Default.FraudAssessed)!;
            _answers[(result.Partition.Value, result.Offset.Value)] = answer;
            _different.Add(answer.TransactionId);
        }
        return _different.Count;
    }

    public void Dispose() => _consumer.Dispose();
}
