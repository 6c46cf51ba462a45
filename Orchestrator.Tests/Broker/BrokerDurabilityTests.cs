using Confluent.Kafka;
using Orchestrator.Broker;
using Orchestrator.Tests.Infrastructure;

namespace Orchestrator.Tests.Broker;

/// <summary>What the broker keeps, asked for by the client that the product uses.</summary>
public sealed class BrokerDurabilityTests : IAsyncLifetime
{
    const string Topic = "orders";
    static readonly TimeSpan Bound = Eventually.Bound;

    string _directory = string.Empty;

    public async ValueTask InitializeAsync() =>
        _directory = await ScratchDirectory.CreateAsync($"kafka-{TestContext.Current.Test!.UniqueID[..12]}");

    public ValueTask DisposeAsync()
    {
        ScratchDirectory.Delete(_directory);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Broker_when_it_is_started_again_does_go_on_where_it_was()
    {
        string clusterId;
        await using (var broker = Start())
        {
            clusterId = broker.ClusterId;
            Assert.True(broker.CreateTopic(Topic, 2));
            Produce(broker, 0, 300);
            using var consumer = Consumer(broker);
            consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
            await CommitAsync(consumer, new TopicPartitionOffset(Topic, 0, 42));
        }

        await using var again = Start();
        Assert.Equal(clusterId, again.ClusterId);
        Assert.False(again.CreateTopic(Topic, 5));
        Produce(again, 300, 100);
        Assert.Equal(Enumerable.Range(0, 400), Read(again, 0, 400));
        using var next = Consumer(again);
        Assert.Equal(42, next.Committed([new TopicPartition(Topic, 0)], Bound).Single().Offset.Value);
    }

    [Fact]
    public async Task Broker_when_its_last_file_is_torn_does_keep_what_is_whole_and_go_on_behind_it()
    {
        await using (var broker = Start())
        {
            broker.CreateTopic(Topic, 1);
            Produce(broker, 0, 50);
        }
        var file = Directory.GetFiles(Path.Combine(_directory, $"{Topic}-0"), "*.log").Order(StringComparer.Ordinal).Last();
        var whole = new FileInfo(file).Length;
        await using (var stream = new FileStream(file, FileMode.Append))
            await stream.WriteAsync((await File.ReadAllBytesAsync(file)).AsMemory(0, 70));

        await using var again = Start();
        Assert.Equal(whole, new FileInfo(file).Length);
        Produce(again, 50, 50);
        Assert.Equal(Enumerable.Range(0, 100), Read(again, 0, 100));
    }

    [Fact]
    public async Task Broker_when_a_partition_has_many_files_does_read_from_every_offset()
    {
        await using var broker = KafkaBroker.Start(new BrokerOptions { Directory = _directory, SegmentBytes = 1 << 16, RetentionBytes = -1 }, TimeProvider.System);
        broker.CreateTopic(Topic, 1);
        Produce(broker, 0, 2_000, padding: 200, atOnce: 100);
        Assert.True(Directory.GetFiles(Path.Combine(_directory, $"{Topic}-0"), "*.log").Length > 3);
        for (var from = 0; from < 2_000; from += 97)
            Assert.Equal(from, Read(broker, from, 1).Single());
        Assert.Equal(Enumerable.Range(0, 2_000), Read(broker, 0, 2_000));
    }

    [Fact]
    public async Task Broker_when_a_partition_has_more_than_it_keeps_does_forget_the_oldest_and_say_so()
    {
        await using var broker = KafkaBroker.Start(new BrokerOptions { SegmentBytes = 1 << 16 }, TimeProvider.System);
        broker.CreateTopic(Topic, 1, new Dictionary<string, string>(StringComparer.Ordinal) { ["retention.bytes"] = $"{1 << 17}" });
        Produce(broker, 0, 2_000, padding: 200, atOnce: 100);
        using var consumer = Consumer(broker);
        var kept = consumer.QueryWatermarkOffsets(new TopicPartition(Topic, 0), Bound);
        Assert.InRange(kept.Low.Value, 1, 1_999);
        Assert.Equal(2_000, kept.High.Value);
        Assert.Equal(Enumerable.Range((int)kept.Low.Value, 10), Read(broker, (int)kept.Low.Value, 10));
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        Assert.Equal(ErrorCode.Local_AutoOffsetReset, Assert.Throws<ConsumeException>(() => consumer.Consume(Bound)).Error.Code);
    }

    [Fact]
    public async Task Broker_when_asked_for_a_time_does_find_the_first_record_since()
    {
        await using var broker = Start();
        broker.CreateTopic(Topic, 1);
        var noon = new DateTime(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);
        using (var producer = Producer(broker))
        {
            for (var n = 0; n < 10; n++)
                await producer.ProduceAsync(new TopicPartition(Topic, 0), new() { Value = $"{n}", Timestamp = new Timestamp(noon.AddMinutes(n)) });
        }
        using var consumer = Consumer(broker);
        long At(double minutes) => consumer.OffsetsForTimes([new TopicPartitionTimestamp(Topic, 0, new Timestamp(noon.AddMinutes(minutes)))], Bound).Single().Offset.Value;
        Assert.Equal(0, At(-5));
        Assert.Equal(4, At(4));
        Assert.Equal(5, At(4.5));
        Assert.Equal(Offset.End.Value, At(60));
    }

    [Fact]
    public async Task Fetch_when_it_waits_is_woken_by_the_next_record()
    {
        await using var broker = Start();
        broker.CreateTopic(Topic, 8);
        using var consumer = Consumer(broker, fetchWaitMs: 60_000);
        consumer.Assign(Enumerable.Range(0, 8).Select(p => new TopicPartitionOffset(Topic, p, 0)));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(200)));
        using var producer = Producer(broker);
        var began = TimeProvider.System.GetTimestamp();
        await producer.ProduceAsync(new TopicPartition(Topic, 5), new() { Value = "now" });
        Assert.Equal("now", consumer.Consume(Bound)?.Message.Value);
        // The client's wait is a minute.
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task Group_when_two_consumers_subscribe_does_share_the_partitions_and_each_record_comes_once()
    {
        await using var broker = Start();
        broker.CreateTopic(Topic, 4);
        using var one = Consumer(broker, "sharers");
        using var two = Consumer(broker, "sharers");
        one.Subscribe(Topic);
        two.Subscribe(Topic);
        var began = TimeProvider.System.GetTimestamp();
        while (one.Assignment.Count != 2 || two.Assignment.Count != 2)
        {
            one.Consume(TimeSpan.FromMilliseconds(20));
            two.Consume(TimeSpan.FromMilliseconds(20));
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Bound, "the partitions were not shared in time");
        }
        Assert.Empty(one.Assignment.Intersect(two.Assignment));
        using (var producer = Producer(broker))
        {
            for (var n = 0; n < 40; n++)
                await producer.ProduceAsync(new TopicPartition(Topic, n % 4), new() { Value = $"{n}" });
        }
        var values = new List<int>();
        while (values.Count < 40 && TimeProvider.System.GetElapsedTime(began) < 2 * Bound)
        {
            foreach (var consumer in (IConsumer<Null, string>[])[one, two])
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(20)) is { } result)
                    values.Add(int.Parse(result.Message.Value));
            }
        }
        Assert.Equal(Enumerable.Range(0, 40), values.Order());
    }

    KafkaBroker Start() => KafkaBroker.Start(new BrokerOptions { Directory = _directory }, TimeProvider.System);

    static IProducer<Null, string> Producer(KafkaBroker broker) =>
        new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true, LingerMs = 1 })
            .SetLogHandler((_, _) => { })
            .Build();

    static IConsumer<Null, string> Consumer(KafkaBroker broker, string group = "readers", int fetchWaitMs = 100) =>
        new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = group is "readers" ? AutoOffsetReset.Error : AutoOffsetReset.Earliest,
            FetchWaitMaxMs = fetchWaitMs,
            SocketTimeoutMs = 70_000,
        })
            .SetLogHandler((_, _) => { })
            .Build();

    // A client that has not met its coordinator yet may say so instead of waiting for it: the error is one to try again after.
    static Task CommitAsync(IConsumer<Null, string> consumer, TopicPartitionOffset position) => Eventually.HoldsAsync("the position is committed", () =>
    {
        try
        {
            consumer.Commit([position]);
            return true;
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_WaitCoord)
        {
            return false;
        }
    }, Bound);

    static void Produce(KafkaBroker broker, int first, int count, int padding = 0, int atOnce = int.MaxValue)
    {
        using var producer = Producer(broker);
        foreach (var some in Enumerable.Range(first, count).Chunk(Math.Min(count, atOnce)))
        {
            foreach (var n in some)
                producer.Produce(new TopicPartition(Topic, 0), new() { Value = $"{n}{new string(' ', padding)}" });
            Assert.Equal(0, producer.Flush(Bound));
        }
    }

    static List<int> Read(KafkaBroker broker, int from, int count)
    {
        using var consumer = Consumer(broker);
        consumer.Assign(new TopicPartitionOffset(Topic, 0, from));
        var values = new List<int>();
        while (values.Count < count)
        {
            var result = consumer.Consume(Bound) ?? throw new TimeoutException($"only {values.Count} of {count} records came");
            Assert.Equal(from + values.Count, result.Offset.Value);
            values.Add(int.Parse(result.Message.Value));
        }
        return values;
    }
}
