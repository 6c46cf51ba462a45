using System.Globalization;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Streams;

namespace Orchestrator.Tests.Decisioning.Live;

/// <summary>A database, a broker, and services that decide, all real.</summary>
public sealed class DecisioningFixture : IAsyncDisposable
{
    const int Partitions = StreamFixture.Partitions;

    readonly List<IHost> _hosts = [];
    readonly TestDatabase _database;
    readonly IProducer<byte[], byte[]> _producer;
    readonly AnswerReader _reader;

    DecisioningFixture(TestDatabase database, TestKafka kafka)
    {
        _database = database;
        Kafka = kafka;
        _producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)
        {
            LingerMs = 1, Partitioner = Partitioner.Murmur2Random, EnableIdempotence = true, MessageTimeoutMs = 0,
        }).SetLogHandler((_, _) => { }).Build();
        _reader = new AnswerReader(kafka, Partitions);
    }

    /// <summary>The broker, one of the test's own.</summary>
    public TestKafka Kafka { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<DecisioningFixture> CreateAsync(TestInfrastructure infrastructure)
    {
        var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(Partitions, [.. Topics.All, .. Topics.All.Select(t => t + Topics.ParkedSuffix)]);
        return new DecisioningFixture(await infrastructure.CreateMigratedDatabaseAsync(), kafka);
    }

    /// <summary>What a service must know, as configuration or, with <c>__</c> for <c>:</c>, as environment.</summary>
    public Dictionary<string, string?> Settings(int snapshotSeconds = 60) => new(StringComparer.Ordinal)
    {
        ["ORCHESTRATOR_KAFKA"] = Kafka.BootstrapServers,
        ["ORCHESTRATOR_POSTGRES"] = _database.ConnectionString,
        ["Messaging:Partitions"] = Partitions.ToString(CultureInfo.InvariantCulture),
        ["Messaging:HeartbeatMs"] = "50",
        ["Messaging:MaxBackoffMs"] = "200",
        ["Decisioning:Rules:PollMs"] = "50",
        ["Decisioning:SnapshotSeconds"] = snapshotSeconds.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Starts a service in this process.</summary>
    public async Task<IHost> StartAsync(IModelsInForce? models = null, string? rules = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(Settings());
        if (rules is not null)
            builder.Configuration["Decisioning:Rules:File"] = rules;
        builder.Services.AddDecisioning(builder.Configuration).AddOrchestratorMessaging(builder.Configuration);
        if (models is not null)
            builder.Services.AddSingleton(models);
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

    /// <summary>As if the process had been killed: it stores nothing more.</summary>
    public async Task CutOffAsync(IHost host)
    {
        await ExecuteAsync("update messaging.lane set owner = null, epoch = epoch + 1");
        await StopAsync(host);
    }

    public void Send(IContract message, Guid id)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        _producer.Produce(Kafka.Topic(contract.Topic), KafkaWire.ToKafka(OutgoingMessage.Of(contract, message, id, "/test", TimeProvider.System.GetUtcNow())));
    }

    public void Send(TransactionSubmitted transaction) => Send(transaction, transaction.TransactionId);

    /// <summary>All decisions, in order of partition and offset, once there are as many about different transactions, and as many answers.</summary>
    public async Task<List<FraudAssessed>> DecisionsAsync(int count, int answers = 0)
    {
        await Eventually.HoldsAsync($"{count} decisions", () => _reader.ReadOn() >= count && _reader.Answers.Count >= answers);
        return _reader.Answers;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A feature of a decision, by its name.</summary>
    public static float Feature(FraudAssessed decision, string name) => FeatureVector.Read(decision.Features)[FeaturePlan.Standard.Schema.IndexOf(name)];

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopAsync(host);
        _reader.Dispose();
        _producer.Dispose();
        await Kafka.DisposeAsync();
        await _database.DisposeAsync();
    }
}
