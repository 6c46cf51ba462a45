using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Customers;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>
/// From when a customer's profile is published until it is announced that the customer has come into a segment or left it. Each update makes a customer new, or old: the built-in segment
/// <c>new</c> asks for that alone.
/// </summary>
sealed class SegmentDelay(BenchServers servers, int lanes)
{
    public const double Rate = 200;

    const int Customers = 1_000;
    const string Segment = "new";

    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Measure = TimeSpan.FromSeconds(10);
    static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, (long Due, bool Enters)> _waiting = new(StringComparer.Ordinal);
    long _windowBegin = long.MaxValue;

    public LatencyRecorder Latency { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var consumer = QuietClients.Consumer(servers.Kafka, "bench-segments");
        consumer.Assign(Enumerable.Range(0, lanes).Select(lane => new TopicPartition(Topics.Segments, lane))
            .Select(p => new TopicPartitionOffset(p, consumer.QueryWatermarkOffsets(p, TimeSpan.FromSeconds(10)).High)));
        var following = Task.Factory.StartNew(() => Follow(consumer, ending.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Factory.StartNew(() => Publish(stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Waiting.UntilAsync(() => Task.FromResult(_waiting.IsEmpty || following.IsCompleted), SettleWithin, "some updates have changed no segment", stop);
        await ending.CancelAsync();
        await following;
        consumer.Close();
    }

    void Publish(CancellationToken stop)
    {
        using var producer = QuietClients.Producer(servers.Kafka, lingerMs: 0);
        var contract = MessageCatalog.Contracts.Of(typeof(CustomerProfileUpdated));
        var began = Stopwatch.GetTimestamp();
        _windowBegin = began + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
        for (var n = 0; n < Rate * (WarmUp + Measure).TotalSeconds; n++)
        {
            stop.ThrowIfCancellationRequested();
            var due = began + (long)(n / Rate * Stopwatch.Frequency);
            Pace.Until(due);
            var (customer, version, now) = (string.Create(CultureInfo.InvariantCulture, $"segment-{n % Customers:000000}"), (n / Customers) + 1, DateTimeOffset.UtcNow);
            var enters = version % 2 == 1;
            if (!_waiting.TryAdd(customer, (due, enters)))
                throw new BenchFailedException($"{customer} has waited for a change of segments since its last update");
            var id = RandomId.Of((uint)n | (4ul << 40));
            var update = new CustomerProfileUpdated(id, customer, customer, version, now, CustomerSince: enters ? now.AddDays(-1) : now.AddDays(-400));
            producer.Produce(contract.Topic, KafkaWire.ToKafka(OutgoingMessage.Of(contract, update, id, "/bench", now)));
        }
        producer.Flush(TimeSpan.FromSeconds(10));
    }

    void Follow(IConsumer<byte[], byte[]> consumer, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Consume(20) is not { } message)
                continue;
            var changed = JsonSerializer.Deserialize(message.Message.Value, ContractJson.Default.SegmentChanged)!;
            if (changed.Segment != Segment || !_waiting.TryGetValue(changed.CustomerId, out var waiting) || waiting.Enters != changed.Entered)
                continue;
            _waiting.TryRemove(changed.CustomerId, out _);
            if (waiting.Due >= _windowBegin)
                Latency.Record(waiting.Due, Stopwatch.GetTimestamp());
        }
    }
}
