using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;
using Orchestrator.Tests.Infrastructure;
using Orchestrator.Tests.Streams;
using static Orchestrator.Tests.Messaging.LaneFixture;

namespace Orchestrator.Tests.Messaging;

/// <summary>A business service that writes in Kafka's transactions, and lanes that read it.</summary>
public sealed class KafkaTransactionTests(TestInfrastructure infrastructure)
{
    [Fact]
    public async Task Lanes_when_a_service_writes_in_transactions_take_what_is_committed_in_order_and_are_at_the_end()
    {
        await using var fixture = await CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        var lanes = host.Services.GetRequiredService<LaneHost>();
        using var service = Service(fixture.Kafka);

        var committed = new List<(string Key, Guid Id)>();
        for (var n = 0; n < 12; n++)
        {
            var isCommitted = n % 3 != 1;
            service.BeginTransaction();
            for (var k = 0; k < 3; k++)
            {
                var (key, id) = ($"k{k}", Id((3 * n) + k + 1));
                Send(fixture.Kafka, service, id, key);
                if (isCommitted)
                    committed.Add((key, id));
            }
            // What is not sent yet an abort takes back, and there would be nothing to leave out.
            Assert.Equal(0, service.Flush(Eventually.Bound));
            if (isCommitted)
                service.CommitTransaction(Eventually.Bound);
            else
                service.AbortTransaction(Eventually.Bound);
        }
        service.BeginTransaction();
        Send(fixture.Kafka, service, Id(1_000), "k0");
        Assert.Equal(0, service.Flush(Eventually.Bound));
        await fixture.TakenAsync(committed.Count);
        service.AbortTransaction(Eventually.Bound);

        // Control records and what was aborted lie behind the last message, and are passed over.
        await Eventually.HoldsAsync("the lanes are at the ends of their partitions", () => lanes.Status().Single().Lag == 0 && Ends(fixture) == Positions(fixture));
        foreach (var written in committed.GroupBy(c => c.Key, c => c.Id, StringComparer.Ordinal))
            Assert.Equal(written, await fixture.EffectsAsync(written.Key));
        Assert.Equal(committed.Count, (await fixture.EffectsAsync()).Count);
    }

    [Fact]
    public async Task Stream_lane_when_control_records_are_last_is_at_the_end_of_its_partition()
    {
        await using var fixture = await StreamFixture.CreateAsync(infrastructure);
        var host = await fixture.StartServiceAsync();
        using var service = Service(fixture.Kafka);
        foreach (var isCommitted in (bool[])[true, false])
        {
            service.BeginTransaction();
            Send(fixture.Kafka, service, Id(isCommitted ? 1 : 2), "k0");
            Assert.Equal(0, service.Flush(Eventually.Bound));
            if (isCommitted)
                service.CommitTransaction(Eventually.Bound);
            else
                service.AbortTransaction(Eventually.Bound);
        }

        // Four offsets, of which one is a message.
        var facts = new ClusterFacts(fixture.Kafka.ClientConfig);
        var partitions = Enumerable.Range(0, Partitions).Select(p => new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), p)).ToList();
        await Eventually.HoldsAsync("the lanes are at the ends of their partitions", () =>
            host.Services.GetRequiredService<StreamHost>().Status().Single().Lag == 0
            && facts.ReadCommitted(fixture.Kafka.Group(StreamFixture.GroupName), partitions, Eventually.Bound).Values.Sum() == 4);
    }

    static IProducer<byte[], byte[]> Service(TestKafka kafka)
    {
        var service = new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ClientConfig)
        {
            TransactionalId = kafka.Group("shop"),
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 0,
        }).SetLogHandler((_, _) => { }).Build();
        service.InitTransactions(Eventually.Bound);
        return service;
    }

    static void Send(TestKafka kafka, IProducer<byte[], byte[]> service, Guid id, string key)
    {
        var contract = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted));
        var message = OutgoingMessage.Of(contract, Transaction(id, key), id, "/shop", DateTimeOffset.UnixEpoch.AddYears(50));
        service.Produce(kafka.Topic(Topics.Transactions), KafkaWire.ToKafka(message));
    }

    static long Ends(LaneFixture fixture)
    {
        using var client = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(fixture.Kafka.ClientConfig) { GroupId = fixture.Kafka.Group("ends") }).Build();
        return Enumerable.Range(0, Partitions).Sum(p => client.QueryWatermarkOffsets(new TopicPartition(fixture.Kafka.Topic(Topics.Transactions), p), Eventually.Bound).High.Value);
    }

    static long Positions(LaneFixture fixture) => fixture.ScalarAsync<long>(
        $"""
        select coalesce(sum(p.value::bigint), 0)::bigint from messaging.lane l join messaging.lane_group g using (group_id), jsonb_each_text(l.positions) p
        where g.name = '{fixture.Kafka.Group("recorder")}'
        """).GetAwaiter().GetResult();
}
