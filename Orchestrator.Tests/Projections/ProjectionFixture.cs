using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Projections;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Projections;

/// <summary>A database, a cluster and ledgers with projections, all real.</summary>
sealed class ProjectionFixture : IAsyncDisposable
{
    public const int Partitions = 4;

    static readonly string[] TopicNames =
    [
        Topics.Accounts, Topics.LedgerCommands, Topics.LedgerReplies, Topics.LedgerEvents,
        Topics.Accounts + Topics.ParkedSuffix, Topics.LedgerCommands + Topics.ParkedSuffix, Topics.LedgerEvents + Topics.ParkedSuffix,
    ];

    readonly List<IHost> _hosts = [];
    readonly TestDatabase _database;
    readonly TestKafka _kafka;
    int _sent;

    ProjectionFixture(TestDatabase database, TestKafka kafka)
    {
        _database = database;
        _kafka = kafka;
        Source = NpgsqlDataSource.Create(database.ConnectionString);
        Producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig) { LingerMs = 1, Partitioner = Partitioner.Murmur2Random })
            .SetLogHandler((_, _) => { }).Build();
        Catalog = new ProjectionCatalog(Source);
    }

    public NpgsqlDataSource Source { get; }

    public ProjectionCatalog Catalog { get; }

    public IProducer<byte[], byte[]> Producer { get; }

    public static async Task<ProjectionFixture> CreateAsync(TestInfrastructure infrastructure)
    {
        var database = await infrastructure.CreateMigratedDatabaseAsync();
        var kafka = await infrastructure.StartKafkaAsync();
        await kafka.CreateTopicsAsync(Partitions, TopicNames);
        return new ProjectionFixture(database, kafka);
    }

    /// <summary>Starts a ledger with its projections, and one more.</summary>
    public async Task<IHost> StartAsync(Projection projection, params (string Key, string Value)[] settings)
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
            ["Projections:LookMs"] = "20",
            ["Projections:MaxBackoffMs"] = "100",
            ["Projections:RestMs"] = "5",
            ["Projections:KeepRetiredMs"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(TopicNames.Select(t => KeyValuePair.Create("Topics:" + t, (string?)_kafka.Topic(t))));
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddLedger().AddProjections().AddProjectionHost();
        builder.Services.AddSingleton(projection);
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
        return host;
    }

    public async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        host.Dispose();
    }

    /// <summary>Sends a command to the ledger.</summary>
    public void Send(object command)
    {
        var contract = MessageCatalog.Contracts.Of(command.GetType());
        var message = OutgoingMessage.Of(contract, command, Commands.Id(100_000 + _sent++), "/test", Commands.Noon, traceParent: null);
        Producer.Produce(_kafka.Topic(contract.Topic), KafkaWire.ToKafka(message));
    }

    /// <summary>Everything on ledger-events, by partition and offset, until as many were read.</summary>
    public List<ConsumeResult<byte[], byte[]>> ReadEvents(int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(_kafka.ClientConfig) { GroupId = _kafka.Group("reader"), EnableAutoCommit = false })
            .SetLogHandler((_, _) => { }).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(_kafka.Topic(Topics.LedgerEvents), p, Offset.Beginning)));
        var events = new List<ConsumeResult<byte[], byte[]>>();
        var began = TimeProvider.System.GetTimestamp();
        while (events.Count < count && TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } result)
                events.Add(result);
        }
        return events;
    }

    /// <summary>Writes events to the topic again, under new ids, so that no inbox and no memory knows them.</summary>
    public void Repeat(IEnumerable<ConsumeResult<byte[], byte[]>> events)
    {
        foreach (var e in events)
        {
            e.Message.Headers.Remove(CloudEventHeaders.Id);
            e.Message.Headers.Add(CloudEventHeaders.Id, System.Text.Encoding.ASCII.GetBytes($"{Commands.Id(200_000 + _sent++)}"));
            Producer.Produce(new TopicPartition(e.Topic, e.Partition), e.Message);
        }
    }

    /// <summary>Waits until a generation of at least this number is served, and the one before has gone.</summary>
    public async Task<ServedGeneration> ServedAsync(string name, int generation)
    {
        ServedGeneration? served = null;
        await Eventually.HoldsAsync($"generation {generation} of {name} is served", async () =>
            (served = await Catalog.ServedAsync(name, default)) is not null && served.Number >= generation
                && (await Catalog.LiveAsync(name, default)).Count == 1);
        return served!;
    }

    /// <summary>Waits until all of the ledger's events are folded.</summary>
    public Task FoldedAsync(ServedGeneration served) => Eventually.HoldsAsync("all events are folded", async () =>
        await ScalarAsync<bool>($"select (select count(*) from ledger.event) = (select sum(sequence) from {served.Schema}.watermark) from ledger.event limit 1"));

    /// <summary>Waits until the ledger has as many events.</summary>
    public Task EventsAsync(int count) =>
        Eventually.HoldsAsync($"{count} events", async () => await ScalarAsync<long>("select count(*) from ledger.event") >= count);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopAsync(host);
        Producer.Dispose();
        await Source.DisposeAsync();
        await _kafka.DisposeAsync();
        await _database.DisposeAsync();
    }
}
