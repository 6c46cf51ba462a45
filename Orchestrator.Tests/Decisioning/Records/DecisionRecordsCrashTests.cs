using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Labels;
using Orchestrator.Decisioning.Records;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Messaging.Schema;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using static Orchestrator.Tests.Decisioning.Records.Decisions;
using static Orchestrator.Tests.Decisioning.Transactions;

namespace Orchestrator.Tests.Decisioning.Records;

/// <summary>The lanes on the real wire, whose commits do not wait for the disk, and a database that crashes and takes the last of them back.</summary>
public sealed class DecisionRecordsCrashTests
{
    const int Partitions = 2;
    const int Round = 1_500;

    static readonly string[] TopicNames = [Topics.Decisions, Topics.Labels];

    [Fact]
    public async Task Store_when_the_database_crashes_under_load_and_messages_come_twice_lacks_nothing_and_changes_nothing()
    {
        var directory = await ScratchDirectory.CreateAsync("decision-records");
        await using (var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions { Directory = directory, SharedBuffersMegabytes = 16 }))
            await CrashAsync(server);
        ScratchDirectory.Delete(directory);
    }

    static async Task CrashAsync(PrivatePostgres server)
    {
        await Migrations.ApplyAsync(server.ConnectionString);
        await using var kafka = TestInfrastructure.StartEmbeddedKafka();
        await kafka.CreateTopicsAsync(Partitions, [.. TopicNames, .. TopicNames.Select(t => t + Topics.ParkedSuffix)]);
        await using (var source = NpgsqlDataSource.Create(server.ConnectionString))
        using (var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig) { LingerMs = 1, Partitioner = Partitioner.Murmur2Random })
            .SetLogHandler((_, _) => { }).Build())
        {
            using var host = Service(kafka, server.ConnectionString);
            await host.StartAsync();
            for (var round = 0; round < 3; round++)
            {
                Send(producer, round * Round);
                await Eventually.HoldsAsync("some are stored", async () => await CountAsync(source) > round * Round * 2);
                await server.RestartAsync(immediate: true);
                source.Clear();
            }
            await Eventually.HoldsAsync("all are stored", async () => await CountAsync(source) == 3 * Round * 2);
            await host.StopAsync();
            await CheckAsync(source);
        }
    }

    // Each decision and label, some again under another id, and decisions that came too late to be the first.
    static void Send(IProducer<byte[], byte[]> producer, int from)
    {
        for (var n = from; n < from + Round; n++)
        {
            Send(producer, Label(n), 1_000_000 + n);
            Send(producer, Decision(n), 2_000_000 + n);
            if (n % 3 == 0)
            {
                Send(producer, Decision(n), 3_000_000 + n);
                Send(producer, Label(n), 4_000_000 + n);
                Send(producer, Decision(n) with { Score = 999 }, 5_000_000 + n);
            }
        }
    }

    static void Send(IProducer<byte[], byte[]> producer, IContract message, int id)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        producer.Produce(contract.Topic, KafkaWire.ToKafka(OutgoingMessage.Of(contract, message, Id(id), "/test", Noon, traceParent: null)));
    }

    static FraudAssessed Decision(int n) => Full(Id(n + 1), n, -n, float.NaN) with { SourceAccountId = $"account-{n % 11}", Score = n % 900, Transaction = null };

    static FraudLabelled Label(int n) => Decisions.Label(Id(n + 1), Id(n + 1), n % 2 == 0) with { SourceAccountId = $"account-{n % 11}" };

    static async Task CheckAsync(NpgsqlDataSource source)
    {
        var decisions = new DecisionReader(source, new LabelReader(source), new FeatureSchemaStore(source));
        for (var n = 0; n < 3 * Round; n += 7)
        {
            var stored = (await decisions.FindAsync(Id(n + 1), CancellationToken.None))!;
            Assert.Equal(ContractText.Of(Decision(n)), ContractText.Of(stored.Decision));
            Assert.Equal([Label(n)], stored.Labels);
        }
        await using var parked = source.CreateCommand("select count(*) from messaging.parked");
        Assert.Equal(0L, await parked.ExecuteScalarAsync());
    }

    static async Task<long> CountAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("select (select count(*) from decisioning.decision) + (select count(*) from decisioning.label)");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    static IHost Service(TestKafka kafka, string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers,
            ["ORCHESTRATOR_POSTGRES"] = connectionString,
            ["Messaging:Partitions"] = Partitions.ToString(),
            ["Messaging:HeartbeatMs"] = "50",
            ["Messaging:MaxBackoffMs"] = "200",
            ["Messaging:MaxBatch"] = "50",
            ["Decisions:RestMs"] = "5",
        });
        builder.Services.AddDecisionRecords(builder.Configuration);
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        return builder.Build();
    }
}
