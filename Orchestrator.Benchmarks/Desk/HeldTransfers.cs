using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Benchmarks.Transfers;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Desk;

/// <summary>Transactions that wait for a person, and how long one takes from the person's word to its completion, as the topic saga-events tells it.</summary>
sealed class HeldTransfers(BenchServers servers, DeskClients clients, TransferAccounts accounts)
{
    // So large that an account with few payments is looked at.
    const long AmountMinor = 1_500_000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly MessageContract Submitted = MessageCatalog.Contracts.Of(typeof(TransactionSubmitted));

    /// <summary>Submits so many over Kafka and waits until all are held.</summary>
    public async Task<IReadOnlyList<Guid>> HoldAsync(int count, CancellationToken stop)
    {
        Progress.Write($"holding {count:N0} transactions");
        using var producer = QuietClients.Producer(servers.Kafka);
        var ids = new List<Guid>(count);
        for (var i = 0; i < count; i++)
        {
            var now = DateTimeOffset.UtcNow;
            var id = SequencedId.Of(i, 2, now);
            var held = new TransactionSubmitted(id, accounts.All[^(i + 1)], accounts.All[i], AmountMinor, TransferFlow.Currency, TransactionKind.Transfer, now);
            var message = OutgoingMessage.Of(Submitted, held, id, "/bench", now);
            producer.Produce(message.Topic, KafkaWire.ToKafka(message));
            ids.Add(id);
        }
        await Waiting.UntilAsync(
            async () => await servers.ScalarAsync<long>("select coalesce(sum(count), 0)::bigint from sagas.tally where state = 'Held'", stop) >= count,
            Patience, "not all transactions are held", stop);
        return ids;
    }

    /// <summary>Releases them at a rate.</summary>
    /// <returns>From when each was due to its completion.</returns>
    public async Task<LatencyRecorder> ReleaseAsync(IReadOnlyList<Guid> held, double rate, CancellationToken stop)
    {
        Progress.Write($"releasing {held.Count:N0} held transactions");
        var due = new ConcurrentDictionary<Guid, long>();
        var recorder = new LatencyRecorder();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var consumer = QuietClients.Consumer(servers.Kafka, "bench-desk");
        consumer.Assign(Enumerable.Range(0, Scenarios.CommonSettings.Partitions).Select(p =>
        {
            var partition = new TopicPartition(Contracts.Topics.SagaEvents, p);
            return new TopicPartitionOffset(partition, consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10)).High);
        }));
        var following = Task.Factory.StartNew(() => Follow(consumer, held.Count, due, recorder, ending.Token), ending.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var load = new DeskLoad(rate, i =>
        {
            // Beyond the last one it has nothing to do.
            if (i >= held.Count)
                return ("nothing", _ => Task.CompletedTask);
            due[held[(int)i]] = Stopwatch.GetTimestamp();
            return ("review", t => clients.CallAsync(HttpMethod.Post, $"v1/transactions/{held[(int)i]}/review", $"worker-{i % 100}", new { decision = "release", reason = "confirmed by phone" }, t));
        });
        await load.RunAsync(TimeSpan.Zero, TimeSpan.FromSeconds(held.Count / rate), stop);
        if (await Task.WhenAny(following, Task.Delay(Patience, stop)) != following)
            throw new BenchFailedException($"{due.Count:N0} released transactions have not completed");
        await following;
        return recorder;
    }

    static void Follow(IConsumer<byte[], byte[]> consumer, int count, ConcurrentDictionary<Guid, long> due, LatencyRecorder recorder, CancellationToken stop)
    {
        var completed = MessageCatalog.Contracts.Of(typeof(TransactionCompleted));
        for (var seen = 0; seen < count && !stop.IsCancellationRequested;)
        {
            if (consumer.Consume(20) is not { } result || KafkaWire.Text(result.Message.Headers, CloudEventHeaders.Type) != completed.Name)
                continue;
            var end = (TransactionCompleted)JsonSerializer.Deserialize(result.Message.Value, completed.Json)!;
            if (!due.TryRemove(end.TransactionId, out var from))
                continue;
            recorder.Record(from, Stopwatch.GetTimestamp());
            seen++;
        }
    }
}
