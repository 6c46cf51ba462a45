using System.Text.Json;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Schema;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Campaigns;
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
    readonly IAsyncDisposable? _database;
    int _started;

    StreamFixture(string connectionString, IAsyncDisposable? database, TestKafka kafka)
    {
        ConnectionString = connectionString;
        _database = database;
        Kafka = kafka;
        Source = NpgsqlDataSource.Create(connectionString);
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

    public string ConnectionString { get; }

    public string Prefix => Kafka.Topic("");

    public static async Task<StreamFixture> CreateAsync(TestInfrastructure infrastructure, bool embedded = false)
    {
        var database = await infrastructure.CreateMigratedDatabaseAsync();
        var fixture = new StreamFixture(
            database.ConnectionString, database, embedded ? TestInfrastructure.StartEmbeddedKafka() : await infrastructure.StartKafkaAsync());
        await fixture.Kafka.CreateTopicsAsync(Partitions, TopicNames);
        return fixture;
    }

    /// <summary>On a server of the caller's own, which may go away.</summary>
    public static async Task<StreamFixture> CreateOnAsync(PrivatePostgres server)
    {
        await Migrations.ApplyAsync(server.ConnectionString);
        var fixture = new StreamFixture(server.ConnectionString, database: null, TestInfrastructure.StartEmbeddedKafka());
        await fixture.Kafka.CreateTopicsAsync(Partitions, TopicNames);
        return fixture;
    }

    /// <summary>Starts a service in a process of its own, to be killed.</summary>
    internal LoggedProcess Start(KillCampaign campaign)
    {
        var nonce = $"p{campaign.Seed}-{campaign.Chance.Next()}";
        return campaign.StartProgram(nonce, StreamService.Environment(Kafka.BootstrapServers, ConnectionString, nonce, Prefix, TimeSpan.FromMilliseconds(150)));
    }

    public async Task<IHost> StartServiceAsync(
        ChainProcessor.Behaviour? behaviour = null, Func<StreamGroup, StreamGroup>? change = null, params (string Key, string Value)[] settings)
    {
        var host = await StreamService.StartAsync(
            Kafka.BootstrapServers, ConnectionString, change, behaviour ?? new ChainProcessor.Behaviour(), $"here{++_started}", Prefix, LogLevel.Critical, settings);
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

    public void SendCancellation(int n, string key) => Send(Id(n), new TransactionCancelled(Id(n), key, DateTimeOffset.UnixEpoch.AddYears(50)));

    public void Send(Guid id, string key, params (string Key, string Value)[] metadata) => Send(id, Messaging.LaneFixture.Transaction(id, key, metadata));

    /// <summary>Writes to the partition of a key's answers, as another process would.</summary>
    public void SendAnswer(string key, string said)
    {
        var assessed = new FraudAssessed(Id(0x7fff_ffff), key, FraudOutcome.Approve, 0, [], said, DateTimeOffset.UnixEpoch.AddYears(50));
        var message = OutgoingMessage.Of(MessageCatalog.Contracts.Of(typeof(FraudAssessed)), assessed, assessed.TransactionId, "/test", assessed.AssessedAt);
        Producer.Produce(Kafka.Topic(Topics.Decisions), KafkaWire.ToKafka(message));
        Producer.Flush();
    }

    void Send(Guid id, IContract body)
    {
        var message = OutgoingMessage.Of(MessageCatalog.Contracts.Of(body.GetType()), body, id, "/test", DateTimeOffset.UnixEpoch.AddYears(50));
        Producer.Produce(Kafka.Topic(Topics.Transactions), KafkaWire.ToKafka(message));
    }

    /// <summary>Asks a service of this process.</summary>
    public Task<StreamReply> AskAsync(IHost host, int n, string key, params (string Key, string Value)[] metadata) => host.Services.GetRequiredService<StreamHost>().AskAsync(
        Kafka.Group(GroupName), key, Messaging.LaneFixture.Transaction(Id(n), key, metadata), Id(n), CancellationToken.None);

    /// <summary>Asks until there is an answer: lanes may be opening.</summary>
    public async Task<FraudAssessed> AnswerAsync(IHost host, int n, string key)
    {
        StreamReply? reply = null;
        await Eventually.HoldsAsync($"{n} is answered", async () => (reply = await AskAsync(host, n, key)) is StreamReply.Answered);
        return Said(reply!);
    }

    /// <summary>What an answer says.</summary>
    public static FraudAssessed Said(StreamReply reply) => JsonSerializer.Deserialize(
        Assert.IsType<StreamReply.Answered>(reply).Answer.Body.Span, ContractJson.Default.DecisionAnswered)!.Decision;

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
        if (_database is not null)
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

    /// <summary>Reads what is there; no more than <paramref name="atMost"/> where more comes all the time.</summary>
    /// <returns>To how many different messages there are answers now.</returns>
    public int ReadOn(int atMost = int.MaxValue)
    {
        for (var read = 0; read < atMost && _consumer.Consume(TimeSpan.FromMilliseconds(_answers.Count == 0 ? 200 : 20)) is { } result; read++)
        {
            var answer = Read(result.Message);
            _answers[(result.Partition.Value, result.Offset.Value)] = answer;
            _different.Add(answer.TransactionId);
        }
        return _different.Count;
    }

    /// <summary>Reads what a published answer says.</summary>
    public static FraudAssessed Read(Message<byte[], byte[]> message) => (FraudAssessed?)(MessageCatalog.Contracts.Versions.Read(KafkaWire.Text(message.Headers, CloudEventHeaders.Type)!, message.Value) switch
    {
        DecisionAnswered asked => asked.Decision,
        var answer => answer,
    })!;

    public void Dispose() => _consumer.Dispose();
}
