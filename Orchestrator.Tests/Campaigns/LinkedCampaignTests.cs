using Confluent.Kafka;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Ledger;

namespace Orchestrator.Tests.Campaigns;

/// <summary>Chains of linked transfers while the service is killed again and again: each takes effect whole or not at all.</summary>
[Collection(CampaignCollection.Name)]
public sealed class LinkedCampaignTests
{
    const int Accounts = 12;
    const int Chains = 400;
    const int Kills = 6;

    static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Chains_when_the_service_is_killed_in_the_middle_take_effect_whole_or_not_at_all()
    {
        var seed = Campaign.Seed();
        var chance = new Random(seed);
        var log = new ProcessLog();
        await using var servers = await CampaignServers.StartAsync($"linked-{seed}", log);
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = servers.Kafka, Partitioner = Partitioner.Murmur2Random, LingerMs = 1 }).Build();
        var service = Start(servers, log, 0);
        try
        {
            await Eventually.HoldsAsync("the service is ready", () => service.IsReady, Bound);
            for (var i = 0; i < Accounts; i++)
                Send(producer, new OpenAccount($"linked-{i}", "customer", "EUR", Commands.Noon, 3_000, new AccountLimits()));
            await Eventually.HoldsAsync("accounts are open", async () => await CountAsync(servers, "select count(*) from ledger.account where kind = 0") == Accounts, Bound);

            for (var i = 0; i < Chains; i++)
            {
                Send(producer, Chain(i, chance));
                if (i % (Chains / Kills) != 0)
                    continue;
                // Some way into what was sent.
                var target = chance.Next(Math.Max(1, i));
                await Eventually.HoldsAsync("chains begin", async () => await CountAsync(servers, "select count(*) from ledger.linked") >= target, Bound);
                await service.KillAsync();
                await service.DisposeAsync();
                service = Start(servers, log, i + 1);
            }

            try
            {
                await Eventually.HoldsAsync("every chain has ended", async () => await IsSettledAsync(servers), Bound);
            }
            catch (TimeoutException e)
            {
                Assert.Fail($"{e.Message} Again with ORCHESTRATOR_TEST_SEED={seed}: {string.Join(", ", await BrokenAsync(servers))}\n{log.Tail(40)}");
            }
            Assert.True(await CountAsync(servers, "select count(*) from ledger.linked where state = 1") > 0, $"none went through, seed {seed}");
            Assert.True(await CountAsync(servers, "select count(*) from ledger.linked where state = 2") > 0, $"none was refused, seed {seed}");
            Assert.Equal(Accounts * 3_000L, await CountAsync(servers, "select sum(credits_posted_minor - debits_posted_minor)::bigint from ledger.account where kind = 0"));
            Assert.Equal(0, await CountAsync(servers, "select count(*) from messaging.parked"));
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    // Money runs out on the way, and now and then nobody is there.
    static LinkedTransfers Chain(int number, Random chance)
    {
        var transfers = Enumerable.Range(0, chance.Next(2, 5)).Select(i => new LinkedTransfer(
            Commands.Id((number * 10) + i + 1), $"linked-{chance.Next(Accounts)}", $"linked-{chance.Next(chance.Next(20) == 0 ? 99 : Accounts)}", chance.Next(1, 500), "EUR")).ToList();
        return new LinkedTransfers(LedgerIds.ChainOf(transfers.Select(t => t.TransferId)), transfers[0].SourceAccountId, transfers, Commands.Noon);
    }

    static LoggedProcess Start(CampaignServers servers, ProcessLog log, int number) => LoggedProcess.Start(
        $"service {number}", "Orchestrator.Api.dll", servers.ServiceSettings(), log,
        Directory.CreateDirectory(Path.Combine(servers.Directory, $"service-{number}")).FullName,
        "--contentRoot", AppContext.BaseDirectory, "--urls", "http://127.0.0.1:0");

    static void Send(IProducer<byte[], byte[]> producer, IContract message)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        producer.Produce(contract.Topic, KafkaWire.ToKafka(OutgoingMessage.Of(
            contract, message, Guid.CreateVersion7(Commands.Noon), "/tests", TimeProvider.System.GetUtcNow(), traceParent: null)));
    }

    static async Task<bool> IsSettledAsync(CampaignServers servers) =>
        await CountAsync(servers, "select count(*) from ledger.linked where state <> 0") == Chains && (await BrokenAsync(servers)).Count == 0;

    static async Task<IReadOnlyList<string>> BrokenAsync(CampaignServers servers)
    {
        await using var database = NpgsqlDataSource.Create(servers.Postgres.ConnectionString);
        return await LedgerInvariants.BrokenAsync(database, settled: true);
    }

    static async Task<long> CountAsync(CampaignServers servers, string sql) => (long)(await servers.QueryAsync(sql))[0][0]!;
}
