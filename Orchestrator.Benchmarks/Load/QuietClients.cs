using Confluent.Kafka;

namespace Orchestrator.Benchmarks.Load;

/// <summary>The generator's Kafka clients: set as the service's are, without their notes on stderr.</summary>
static class QuietClients
{
    public static IProducer<byte[], byte[]> Producer(Messaging.Configuration.KafkaOptions kafka, double lingerMs = 1) =>
        new ProducerBuilder<byte[], byte[]>(new ProducerConfig(kafka.ProducerConfig()) { LingerMs = lingerMs }).SetLogHandler((_, _) => { }).Build();

    public static IConsumer<byte[], byte[]> Consumer(Messaging.Configuration.KafkaOptions kafka, string group) =>
        new ConsumerBuilder<byte[], byte[]>(kafka.ConsumerConfig(group)).SetLogHandler((_, _) => { }).Build();
}
