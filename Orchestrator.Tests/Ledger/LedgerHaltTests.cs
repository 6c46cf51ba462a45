using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Ledger;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Ledger;

/// <summary>Rows that were changed behind the ledger's back stop the lane that meets them, by the name of what does not hold any more.</summary>
public sealed class LedgerHaltTests(TestInfrastructure infrastructure) : LedgerDatabase(infrastructure)
{
    const int Partitions = 2;

    static readonly string[] TopicNames =
        [Topics.Accounts, Topics.LedgerCommands, Topics.LedgerReplies, Topics.LedgerEvents, Topics.Accounts + Topics.ParkedSuffix, Topics.LedgerCommands + Topics.ParkedSuffix];

    readonly TestInfrastructure _infrastructure = infrastructure;

    /// <summary>The invariant, what is done to the rows, whether the lane has them in memory, and whether it can go on after a restart.</summary>
    public static TheoryData<string, string, bool, bool> Violations { get; } = new()
    {
        { "account_version", "update ledger.account set version = version + 7 where account_id = 'alice'", true, true },
        { "chain_head", "update ledger.chain set hash = sha256(hash)", true, true },
        { "hold_is_pending", "update ledger.account set debits_pending_minor = 0 where account_id = 'alice'", false, false },
        { "account_debits_posted_minor_check", "alter table ledger.account drop constraint account_debits_posted_minor_check; alter table ledger.account add constraint account_debits_posted_minor_check check (debits_posted_minor < 5) not valid", true, false },
        { "event_hold_resolved", Resolve, true, true },
        { "event_pkey", "insert into ledger.event (account_id, version, type, amount_minor, command_id, effective_at, recorded_at) values ('alice', 4, 2, 1, gen_random_uuid(), now(), now())", true, false },
    };

    const string Resolve = """
        insert into ledger.event (account_id, version, type, amount_minor, command_id, hold_id, effective_at, recorded_at)
        values ('alice', 99, 4, 300, gen_random_uuid(), '0195d6a0-0000-7000-8000-000000000001', now(), now())
        """;

    [Theory]
    [MemberData(nameof(Violations))]
    public async Task Lane_when_rows_were_changed_behind_its_back_stops_and_parks_nothing(string invariant, string tampering, bool inMemory, bool goesOn)
    {
        await using var kafka = await _infrastructure.StartKafkaAsync();
        await kafka.CreateTopicsAsync(Partitions, TopicNames);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig) { Partitioner = Partitioner.Murmur2Random }).Build();
        var host = await StartAsync(kafka);
        Send(producer, kafka, Commands.Open("alice", 1_000));
        // They come by different topics.
        await Eventually.HoldsAsync("the account is open", async () => await CountAsync("select count(*) from ledger.event") == 2);
        Send(producer, kafka, Commands.Hold(1, "alice", 300));
        await Eventually.HoldsAsync("the hold stands", async () => await CountAsync("select count(*) from ledger.event") == 3);
        if (!inMemory)
            await StopAsync(host);

        await ExecuteAsync(tampering);
        if (!inMemory)
            host = await StartAsync(kafka);
        Send(producer, kafka, Commands.Capture(2, "alice", hold: 1));

        var lanes = host.Services.GetRequiredService<LaneHost>();
        await Eventually.HoldsAsync("the lane halts", () => lanes.Status().Single().LanesHalted == 1);
        Assert.Equal($"invariant_violated: {invariant}", lanes.Status().Single().LastError);
        Send(producer, kafka, Commands.Credit(3, "alice", 5));
        await StopAsync(host);
        Assert.Equal(0, await CountAsync("select count(*) from messaging.parked"));
        Assert.Equal(0, await CountAsync($"select count(*) from ledger.event where command_id in ('{Commands.Id(2)}', '{Commands.Id(3)}')"));

        host = await StartAsync(kafka);
        if (goesOn)
            await Eventually.HoldsAsync("what waited is taken", async () => await CountAsync($"select count(*) from ledger.event where command_id = '{Commands.Id(3)}'") == 1);
        else
            await Eventually.HoldsAsync("it halts again", () => host.Services.GetRequiredService<LaneHost>().Status().Single().LanesHalted == 1);
        Assert.Equal(0, await CountAsync("select count(*) from messaging.parked"));
        await StopAsync(host);
    }

    async Task<IHost> StartAsync(TestKafka kafka)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ORCHESTRATOR_KAFKA"] = kafka.BootstrapServers,
            ["ORCHESTRATOR_POSTGRES"] = ConnectionString,
            ["Messaging:Partitions"] = $"{Partitions}",
            ["Messaging:HeartbeatMs"] = "50",
        });
        builder.Configuration.AddInMemoryCollection(TopicNames.Select(t => KeyValuePair.Create("Topics:" + t, (string?)kafka.Topic(t))));
        builder.Services.AddOrchestratorMessaging(builder.Configuration);
        builder.Services.AddLedger();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    static async Task StopAsync(IHost host)
    {
        await host.StopAsync();
        host.Dispose();
    }

    static void Send(IProducer<byte[], byte[]> producer, TestKafka kafka, IContract message)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        producer.Produce(kafka.Topic(contract.Topic), KafkaWire.ToKafka(OutgoingMessage.Of(
            contract, message, message is OpenAccount ? Commands.Id(77) : Commands.Of(message).Id, "/tests", Commands.Noon, traceParent: null)));
    }

    async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
