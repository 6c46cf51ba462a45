using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Benchmarks.Scenarios;
using Orchestrator.Messaging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Schema;

namespace Orchestrator.Benchmarks.Processes;

/// <summary>Sends on what it reads, as it is, with the product's own consumer and producer, and does nothing else: what is left of a stream lane without its work.</summary>
sealed class RelayService : IChild
{
    public const string Role = "relay-service";
    public const string Input = "bench-relay-in";
    public const string Output = "bench-relay-out";

    readonly GroupConsumer _consumer;
    readonly KafkaProducer _producer;

    RelayService(KafkaOptions kafka)
    {
        _producer = new KafkaProducer(kafka, NullLogger<KafkaProducer>.Instance);
        _consumer = new GroupConsumer("bench-relay", [Input], kafka, NullLogger.Instance);
        for (var partition = 0; partition < CommonSettings.Partitions; partition++)
            _consumer.Add(new Relayed(partition, _producer), new Dictionary<string, long>(StringComparer.Ordinal));
    }

    public IReadOnlyDictionary<string, string> Ready { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static async Task<IChild> StartAsync()
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        await Migrations.ApplyAsync(configuration["ORCHESTRATOR_POSTGRES"]!);
        return new RelayService(KafkaSection.Read(configuration));
    }

    public async ValueTask DisposeAsync()
    {
        await _consumer.DisposeAsync();
        _producer.Dispose();
    }

    sealed class Relayed(int partition, KafkaProducer producer) : IPartitionSink
    {
        readonly TopicPartition _to = new(Output, partition);

        public int Partition => partition;

        public bool IsPaused { get; set; }

        public bool ShouldPause => false;

        public bool ShouldResume => IsPaused;

        public bool Add(ConsumeResult<byte[], byte[]> message)
        {
            if (!producer.TryProduce(_to, message.Message, Delivered))
                throw new InvalidOperationException("the producer's queue is full: the load is larger than it is said to be");
            return false;
        }

        public void PassOver(Gap gap)
        {
            // Nothing but messages is read here.
        }

        public void LosePosition(string topic) => throw new InvalidOperationException($"{topic} has no beginning");

        static void Delivered(DeliveryReport<byte[], byte[]> report)
        {
            if (report.Error.IsError)
                Console.Error.WriteLine($"not relayed: {report.Error.Reason}");
        }
    }
}
