using Confluent.Kafka;
using Orchestrator.Broker;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>Producers and readers of a broker as services have them that write in Kafka's transactions.</summary>
internal static class TransactionClients
{
    public static readonly TimeSpan Bound = Eventually.Bound;

    /// <summary>A producer with a transactional id that has come to the coordinator.</summary>
    public static IProducer<Null, string> Producer(this KafkaBroker broker, string id, TimeSpan? timeout = null)
    {
        var producer = Builder(new ProducerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            TransactionalId = id,
            TransactionTimeoutMs = (int)(timeout ?? TimeSpan.FromMinutes(5)).TotalMilliseconds,
            LingerMs = 0,
        });
        producer.InitTransactions(Bound);
        return producer;
    }

    /// <summary>An idempotent producer without transactions.</summary>
    public static IProducer<Null, string> PlainProducer(this KafkaBroker broker) =>
        Builder(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true, LingerMs = 0 });

    static IProducer<Null, string> Builder(ProducerConfig config) =>
        new ProducerBuilder<Null, string>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Writes to a topic's first partition, and waits until the broker has it.</summary>
    public static void Write(this IProducer<Null, string> producer, string topic, params string[] values)
    {
        foreach (var value in values)
            producer.Produce(new TopicPartition(topic, 0), new Message<Null, string> { Value = value });
        Assert.Equal(0, producer.Flush(Bound));
    }

    public static IConsumer<Null, string> Consumer(this KafkaBroker broker, string group, IsolationLevel isolation = IsolationLevel.ReadCommitted) =>
        new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = isolation,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
            FetchErrorBackoffMs = 10,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>What a reader sees in a topic's first partition up to its end, a space between two, and where its end is for that reader.</summary>
    public static (string Values, long End) Read(this IConsumer<Null, string> reader, string topic)
    {
        reader.Assign(new TopicPartitionOffset(topic, 0, 0));
        var values = new List<string>();
        while (true)
        {
            var result = reader.Consume(Bound) ?? throw new TimeoutException($"the end of {topic} did not come");
            if (result.IsPartitionEOF)
                return (string.Join(' ', values), result.Offset.Value);
            values.Add(result.Message.Value);
        }
    }

    /// <summary>The position of the reader's group in a topic's first partition; -1 when there is none.</summary>
    public static long Position(this IConsumer<Null, string> reader, string topic) =>
        reader.Committed([new TopicPartition(topic, 0)], Bound).Single().Offset is var position && position == Offset.Unset ? -1 : position.Value;
}
