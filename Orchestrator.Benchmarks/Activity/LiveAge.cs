using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using Confluent.Kafka;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Benchmarks.Processes;
using Orchestrator.Benchmarks.Running;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Benchmarks.Activity;

/// <summary>How old live figures are at a moderate rate: from when an event is published until what is stored holds it, and until somebody who listens to the live figures sees it.</summary>
sealed class LiveAge(BenchServers servers, Uri service, StoredActivity stored, int lanes)
{
    public const double Rate = 2_000;

    const int LookMs = 5;
    const int KnownVisitors = 1_000;

    static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Measure = TimeSpan.FromSeconds(8);

    readonly int _lanes = lanes;
    readonly List<long>[] _published = [.. Enumerable.Range(0, lanes).Select(_ => new List<long>())];
    readonly List<long> _order = [];
    readonly Lock _lock = new();

    /// <summary>Until they are stored.</summary>
    public LatencyRecorder Stored { get; } = new();

    /// <summary>Until they are seen.</summary>
    public LatencyRecorder Seen { get; } = new();

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var begin = await StandStillAsync(stop);
        using var listener = await ListenAsync(stop);
        var listening = FollowSeenAsync(listener, ending.Token);
        var following = FollowStoredAsync(begin, ending.Token);
        await Task.Factory.StartNew(() => Publish(stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var all = (int)(Rate * Measure.TotalSeconds);
        await Waiting.UntilAsync(() => Task.FromResult((Stored.Count >= all && Seen.Count >= all) || listening.IsCompleted || following.IsCompleted), SettleWithin, $"not all of {all} events are stored and seen", stop);
        await ending.CancelAsync();
        await Task.WhenAll(listening, following);
    }

    // All that came before is stored, and so does not count here.
    async Task<long[]> StandStillAsync(CancellationToken stop)
    {
        var ends = new long[_lanes];
        using var consumer = QuietClients.Consumer(servers.Kafka, "bench-live-age");
        for (var lane = 0; lane < _lanes; lane++)
            ends[lane] = consumer.QueryWatermarkOffsets(new TopicPartition(Topics.UserActivity, lane), TimeSpan.FromSeconds(10)).High.Value;
        consumer.Close();
        await stored.ReachAsync(ends, SettleWithin, stop);
        return ends;
    }

    void Publish(CancellationToken stop)
    {
        using var producer = QuietClients.Producer(servers.Kafka, lingerMs: 1);
        var contract = MessageCatalog.Contracts.Of(typeof(ActivityRecorded));
        var began = Stopwatch.GetTimestamp();
        for (var n = 0; n < Rate * Measure.TotalSeconds; n++)
        {
            stop.ThrowIfCancellationRequested();
            var due = began + (long)(n / Rate * Stopwatch.Frequency);
            Pace.Until(due);
            var visitor = PlannedEvents.NameOf(n % KnownVisitors).ToString();
            var (id, now) = (RandomId.Of((uint)n | (3ul << 40)), DateTimeOffset.UtcNow);
            var message = OutgoingMessage.Of(contract, new ActivityRecorded(id, ActivityType.PageView, visitor, now, Url: "https://shop.example/live"), id, "/bench", now);
            lock (_lock)
            {
                _published[KeyPartition.Of(visitor, _lanes)].Add(due);
                _order.Add(due);
            }
            producer.Produce(message.Topic, KafkaWire.ToKafka(message));
        }
        producer.Flush(TimeSpan.FromSeconds(10));
    }

    async Task FollowStoredAsync(long[] begin, CancellationToken stop)
    {
        var next = new int[_lanes];
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(LookMs));
        try
        {
            while (await ticks.WaitForNextTickAsync(stop))
            {
                var positions = await stored.PositionsAsync(stop);
                var now = Stopwatch.GetTimestamp();
                lock (_lock)
                {
                    for (var lane = 0; lane < _lanes; lane++)
                    {
                        for (; next[lane] < Math.Min(positions[lane] - begin[lane], _published[lane].Count); next[lane]++)
                            Stored.Record(_published[lane][next[lane]], now);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // all are stored
        }
    }

    async Task<StreamReader> ListenAsync(CancellationToken stop)
    {
        var http = new HttpClient { BaseAddress = service };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await BenchClient.TokenAsync(service, stop));
        return new StreamReader(await http.GetStreamAsync("/v1/activity/live", stop));
    }

    // As many events as the figures count beyond those that they counted first, in the order in which they were published.
    async Task FollowSeenAsync(StreamReader listener, CancellationToken stop)
    {
        try
        {
            long? first = null;
            var next = 0;
            while (await listener.ReadLineAsync(stop) is { } line)
            {
                if (!line.StartsWith("data:", StringComparison.Ordinal))
                    continue;
                using var figures = JsonDocument.Parse(line["data:".Length..]);
                var counted = figures.RootElement.GetProperty("counters").GetProperty("counted").GetInt64();
                var now = Stopwatch.GetTimestamp();
                first ??= counted;
                lock (_lock)
                {
                    for (; next < Math.Min(counted - first.Value, _order.Count); next++)
                        Seen.Record(_order[next], now);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // all are seen
        }
    }
}
