using System.Diagnostics;
using Confluent.Kafka;
using Npgsql;
using Orchestrator.Benchmarks.Load;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Benchmarks.Bare;

/// <summary>
/// What the parts cost without anything on top, one at a time: a message there and back over Kafka (two hops), with the same client settings
/// as the service; one row committed to PostgreSQL; and a chain of both, as long as the flow's.
/// </summary>
sealed class BareParts : IDisposable
{
    public const string There = "bench-ping";
    public const string Back = "bench-pong";

    static readonly byte[] Payload = new byte[300];
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    readonly IProducer<byte[], byte[]> _producer;
    readonly IConsumer<byte[], byte[]> _there;
    readonly IConsumer<byte[], byte[]> _back;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _insert;

    BareParts(KafkaOptions kafka, NpgsqlConnection connection)
    {
        _producer = QuietClients.Producer(kafka);
        _there = Consumer(kafka, There);
        _back = Consumer(kafka, Back);
        _connection = connection;
        _insert = new NpgsqlCommand("insert into bench_commit (payload) values ($1)", connection) { Parameters = { new() { Value = Payload } } };
    }

    public static async Task<BareParts> StartAsync(KafkaOptions kafka, NpgsqlDataSource database, CancellationToken stop)
    {
        var connection = await database.OpenConnectionAsync(stop);
        await using var create = new NpgsqlCommand(
            "create table if not exists bench_commit (id bigint generated always as identity primary key, payload bytea not null)", connection);
        await create.ExecuteNonQueryAsync(stop);
        var parts = new BareParts(kafka, connection);
        await parts._insert.PrepareAsync(stop);
        return parts;
    }

    /// <summary>A message there and back: two hops.</summary>
    public LatencyRecorder PingPong(TimeSpan duration, CancellationToken stop) => Repeat(
        duration,
        () =>
        {
            Hop(There, _there);
            Hop(Back, _back);
        },
        stop);

    /// <summary>One row, committed.</summary>
    public LatencyRecorder Commit(TimeSpan duration, CancellationToken stop) => Repeat(duration, () => _insert.ExecuteNonQuery(), stop);

    /// <summary>Hops with commits between them.</summary>
    public LatencyRecorder Chain(int hops, int commits, TimeSpan duration, CancellationToken stop) => Repeat(
        duration,
        () =>
        {
            for (var i = 0; i < Math.Max(hops, commits); i++)
            {
                if (i < hops)
                    Hop(There, _there);
                if (i < commits)
                    _insert.ExecuteNonQuery();
            }
        },
        stop);

    static LatencyRecorder Repeat(TimeSpan duration, Action operation, CancellationToken stop)
    {
        for (var i = 0; i < 100; i++)
            operation();
        var latency = new LatencyRecorder();
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            stop.ThrowIfCancellationRequested();
            var from = Stopwatch.GetTimestamp();
            operation();
            latency.Record(from, Stopwatch.GetTimestamp());
        }
        return latency;
    }

    void Hop(string topic, IConsumer<byte[], byte[]> consumer)
    {
        _producer.Produce(new TopicPartition(topic, 0), new Message<byte[], byte[]> { Value = Payload });
        _ = consumer.Consume(AnswerWithin) ?? throw new Running.BenchFailedException("a message did not come back from the broker");
    }

    static IConsumer<byte[], byte[]> Consumer(KafkaOptions kafka, string topic)
    {
        var consumer = QuietClients.Consumer(kafka, "bench-bare");
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return consumer;
    }

    public void Dispose()
    {
        _there.Dispose();
        _back.Dispose();
        _producer.Dispose();
        _insert.Dispose();
        _connection.Dispose();
    }
}
