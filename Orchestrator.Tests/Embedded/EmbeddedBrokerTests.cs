using System.Net;
using System.Net.Sockets;
using System.Text;
using Confluent.Kafka;
using Orchestrator.Broker;
using Orchestrator.Broker.Protocol;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Embedded;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Embedded;

public sealed class EmbeddedBrokerTests
{
    static readonly TimeSpan Bound = Eventually.Bound;

    [Fact]
    public async Task Broker_when_messages_are_produced_does_hand_them_out_in_order()
    {
        await using var broker = Start(("orders", 2));
        using var producer = Producer(broker);
        for (var number = 0; number < 50; number++)
        {
            await producer.ProduceAsync(new TopicPartition("orders", number % 2), Message($"{number}"));
        }

        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset("orders", 1, 0));

        Assert.Equal(Enumerable.Range(0, 25).Select(index => $"{(index * 2) + 1}"), Take(consumer, 25));
    }

    [Fact]
    public async Task Broker_when_partitions_come_and_go_one_by_one_does_serve_each_from_its_offset()
    {
        await using var broker = Start(("orders", 2));
        using var producer = Producer(broker);
        foreach (var number in Enumerable.Range(0, 6))
        {
            await producer.ProduceAsync(new TopicPartition("orders", number % 2), Message($"{number}"));
        }

        using var consumer = Consumer(broker);
        consumer.IncrementalAssign([new TopicPartitionOffset("orders", 0, 2)]);
        Assert.Equal(["4"], Take(consumer, 1));

        consumer.IncrementalAssign([new TopicPartitionOffset("orders", 1, 1)]);
        Assert.Equal(["3", "5"], Take(consumer, 2));

        consumer.IncrementalUnassign([new TopicPartition("orders", 0)]);
        consumer.IncrementalAssign([new TopicPartitionOffset("orders", 0, 0)]);
        Assert.Equal(["0", "2", "4"], Take(consumer, 3));
    }

    [Fact]
    public async Task Broker_when_a_position_is_committed_without_membership_does_tell_it_to_the_next_consumer()
    {
        await using var broker = Start(("orders", 1));
        using (var producer = Producer(broker))
        {
            await producer.ProduceAsync(new TopicPartition("orders", 0), Message("a"));
        }

        using (var consumer = Consumer(broker))
        {
            consumer.Assign(new TopicPartitionOffset("orders", 0, 0));
            Take(consumer, 1);
            consumer.Commit([new TopicPartitionOffset("orders", 0, 1)]);
        }

        using var next = Consumer(broker);
        Assert.Equal(1, next.Committed([new TopicPartition("orders", 0)], Bound).Single().Offset.Value);
    }

    [Fact]
    public async Task Broker_when_it_is_down_for_a_while_does_lose_nothing()
    {
        await using var broker = Start(("orders", 1));
        using var producer = Producer(broker);
        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset("orders", 0, 0));
        await producer.ProduceAsync(new TopicPartition("orders", 0), Message("before"));
        Assert.Equal(["before"], Take(consumer, 1));

        await broker.GoDownAsync();
        var meanwhile = producer.ProduceAsync(new TopicPartition("orders", 0), Message("meanwhile"));
        Assert.Throws<KafkaException>(() => Facts(broker).ClusterId(TimeSpan.FromMilliseconds(300)));
        Assert.False(meanwhile.IsCompleted);

        await broker.GoUpAsync();
        Assert.Equal(1, (await meanwhile.WaitAsync(Bound)).Offset.Value);
        Assert.Equal(["meanwhile"], Take(consumer, 1));
    }

    [Fact]
    public async Task Broker_when_requests_are_made_to_fail_does_fail_as_many_and_then_answer()
    {
        await using var broker = Start(("orders", 1));
        broker.FailNext(ApiKey.Produce, [KafkaError.TopicAuthorizationFailed]);
        using var producer = Producer(broker);

        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(new TopicPartition("orders", 0), Message("refused")));
        Assert.Equal(ErrorCode.TopicAuthorizationFailed, refused.Error.Code);

        using var other = Producer(broker);
        Assert.Equal(0, (await other.ProduceAsync(new TopicPartition("orders", 0), Message("taken"))).Offset.Value);
    }

    [Fact]
    public async Task Broker_when_a_round_trip_is_delayed_does_answer_that_much_later()
    {
        await using var broker = Start(("orders", 1));
        using var producer = Producer(broker);
        await producer.ProduceAsync(new TopicPartition("orders", 0), Message("warm"));

        broker.AnswerDelay = TimeSpan.FromMilliseconds(300);
        var began = TimeProvider.System.GetTimestamp();
        await producer.ProduceAsync(new TopicPartition("orders", 0), Message("late"));

        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(250), Bound);
    }

    [Fact]
    public async Task Broker_when_records_are_deleted_does_refuse_positions_before_the_first_that_is_left()
    {
        await using var broker = Start(("orders", 1));
        using var producer = Producer(broker);
        for (var number = 0; number < 4; number++)
        {
            await producer.ProduceAsync(new TopicPartition("orders", 0), Message($"{number}"));
        }

        broker.DeleteRecords("orders", 0, beforeOffset: 3);

        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset("orders", 0, 0));
        var lost = Assert.Throws<ConsumeException>(() => Take(consumer, 1));
        Assert.Equal(ErrorCode.Local_AutoOffsetReset, lost.Error.Code);
    }

    [Fact]
    public async Task Broker_when_its_port_is_chosen_does_serve_there_also_after_being_down()
    {
        var port = FreePort();
        await using var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = port });
        Assert.Equal($"127.0.0.1:{port}", broker.BootstrapServers);
        using var producer = Producer(broker);
        await producer.ProduceAsync(new TopicPartition(Topics.Transactions, 0), Message("before"));

        await broker.GoDownAsync();
        await broker.GoUpAsync();

        var after = await producer.ProduceAsync(new TopicPartition(Topics.Transactions, 0), Message("after")).WaitAsync(Bound);
        Assert.Equal(1, after.Offset.Value);
    }

    [Fact]
    public void Broker_when_its_chosen_port_is_taken_does_say_so()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        Assert.Throws<IOException>(() => EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = port }));
    }

    [Fact]
    public async Task Broker_when_its_process_starts_a_child_does_not_leave_its_port_to_it()
    {
        var port = FreePort();
        await using (var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = port }))
        {
            using var child = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sleep", "30") { UseShellExecute = false })!;
            await broker.DisposeAsync();
            try
            {
                await using var again = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Port = port });
                Assert.Equal($"127.0.0.1:{port}", again.BootstrapServers);
            }
            finally
            {
                child.Kill();
            }
        }
    }

    [Fact]
    public async Task Broker_when_a_topic_exists_does_leave_it_as_it_is()
    {
        await using var broker = Start(("orders", 3));

        Assert.False(broker.CreateTopic("orders", 5));
        Assert.Equal(3, Facts(broker).TopicPartitions(Bound)["orders"]);
    }

    internal static KafkaBroker Start(params (string Name, int Partitions)[] topics)
    {
        var broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Topics = [] });
        foreach (var (name, partitions) in topics)
        {
            Assert.True(broker.CreateTopic(name, partitions));
        }

        return broker;
    }

    internal static ClusterFacts Facts(KafkaBroker broker) => new(new ClientConfig { BootstrapServers = broker.BootstrapServers });

    internal static IProducer<string, string> Producer(KafkaBroker broker) =>
        new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true, LingerMs = 1 })
            .SetLogHandler((_, _) => { })
            .Build();

    internal static Message<string, string> Message(string value) =>
        new() { Key = "k", Value = value, Headers = [new Header("ce_id", Encoding.UTF8.GetBytes(value))] };

    static IConsumer<string, string> Consumer(KafkaBroker broker) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "readers",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            FetchWaitMaxMs = 2,
        })
            .SetLogHandler((_, _) => { })
            .Build();

    static List<string> Take(IConsumer<string, string> consumer, int count)
    {
        var values = new List<string>();
        while (values.Count < count)
        {
            var result = consumer.Consume(Bound) ?? throw new TimeoutException($"Only {values.Count} of {count} messages came.");
            Assert.Equal(result.Message.Value, Encoding.UTF8.GetString(result.Message.Headers.GetLastBytes("ce_id")));
            values.Add(result.Message.Value);
        }

        return values;
    }

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
