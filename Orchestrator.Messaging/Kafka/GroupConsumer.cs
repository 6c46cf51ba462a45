using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Telemetry;

namespace Orchestrator.Messaging.Kafka;

/// <summary>
/// Reads the topics of one group for all lanes that this process owns, on one thread, and hands each message to its lane. Partitions are
/// assigned by hand from the positions in the database. A lane whose buffer is full is paused, so that memory stays bounded.
/// </summary>
internal sealed partial class GroupConsumer : IAsyncDisposable
{
    static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan LastCommitWithin = TimeSpan.FromSeconds(1);
    static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(5);

    readonly string _group;
    readonly IReadOnlyList<string> _topics;
    readonly IConsumer<byte[], byte[]> _consumer;
    readonly ILogger _logger;
    readonly KafkaTelemetry? _telemetry;
    readonly ConcurrentQueue<Action> _commands = new();
    readonly Dictionary<int, IPartitionSink> _lanes = [];
    readonly CancellationTokenSource _stop = new();
    readonly Task _loop;
    Task _committing = Task.CompletedTask;

    public GroupConsumer(string group, IReadOnlyList<string> topics, KafkaOptions kafka, ILogger logger, KafkaTelemetry? telemetry = null)
    {
        _group = group;
        _topics = topics;
        _logger = logger;
        _telemetry = telemetry;
        _consumer = new ConsumerBuilder<byte[], byte[]>(kafka.ConsumerConfig(group))
            .SetErrorHandler((_, error) =>
            {
                telemetry?.ConsumerFailed(group, error.Code);
                ClientError(_logger, group, error.Code, error.Reason);
            })
            .SetLogHandler((_, log) => ClientLog(_logger, group, log.Message))
            .BuildSignedIn(kafka.ClientConfig());
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Begins to read a lane's partitions from its positions.</summary>
    public void Add(IPartitionSink lane, IReadOnlyDictionary<string, long> positions) => _commands.Enqueue(() =>
    {
        _lanes[lane.Partition] = lane;
        _consumer.IncrementalAssign(_topics.Select(topic => new TopicPartitionOffset(
            topic, lane.Partition, positions.TryGetValue(topic, out var next) ? new Offset(next) : Offset.Beginning)));
    });

    /// <summary>Tells a lane of offsets that are no messages, if it is read here.</summary>
    public void PassOver(Gap gap) => _commands.Enqueue(() =>
    {
        if (_lanes.TryGetValue(gap.Partition, out var lane))
            lane.PassOver(gap);
    });

    /// <summary>Ceases to read a lane's partitions.</summary>
    public Task RemoveAsync(IPartitionSink lane)
    {
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() =>
        {
            if (_lanes.Remove(lane.Partition))
            {
                // The client remembers it beyond the assignment, and who reads the partition next does not know.
                if (lane.IsPaused)
                    _consumer.Resume(Partitions(lane));
                lane.IsPaused = false;
                _consumer.IncrementalUnassign(Partitions(lane));
            }
            removed.SetResult();
        });
        return Task.WhenAny(removed.Task, _loop);
    }

    /// <summary>
    /// Commits positions to Kafka under the group's name, in the background, so that standard tools show its lag. They are never read back.
    /// While the broker is away a commit waits for it; no other is begun meanwhile.
    /// </summary>
    public void CommitPositions(IReadOnlyList<TopicPartitionOffset> positions)
    {
        if (_committing.IsCompleted)
            _committing = Task.Factory.StartNew(() => Commit(positions), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    void Commit(IReadOnlyList<TopicPartitionOffset> positions)
    {
        try
        {
            _consumer.Commit(positions);
        }
        catch (KafkaException e)
        {
            CommitFailed(_logger, _group, e.Error.Reason);
        }
        catch (ObjectDisposedException)
        {
            // The broker was away when the process stopped; the database has the positions.
        }
    }

    /// <summary>The next offset that a producer will write, as the last fetch saw it; null when it is not known yet.</summary>
    public long? HighWatermark(TopicPartition partition)
    {
        try
        {
            var high = _consumer.GetWatermarkOffsets(partition).High;
            return high == Offset.Unset ? null : high.Value;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    void Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            while (_commands.TryDequeue(out var command))
                Guarded(command);
            var busy = false;
            foreach (var lane in _lanes.Values)
            {
                busy |= lane.Turn();
                Throttle(lane);
            }
            Poll(busy ? TimeSpan.Zero : PollTimeout);
        }
        while (_commands.TryDequeue(out var command))
            Guarded(command);
    }

    void Poll(TimeSpan timeout)
    {
        try
        {
            Drain(timeout);
        }
        catch (KafkaException e)
        {
            Failed(e);
        }
    }

    void Drain(TimeSpan timeout)
    {
        var result = _consumer.Consume(timeout);
        // Drain what is fetched already before looking at commands again, but no lane beyond its bound.
        for (var taken = 1; result is not null; taken++)
        {
            var isFull = _lanes.TryGetValue(result.Partition.Value, out var lane) && lane.Add(result);
            result = isFull || taken == 1_000 ? null : _consumer.Consume(TimeSpan.Zero);
        }
    }

    void Throttle(IPartitionSink lane)
    {
        if (lane.ShouldPause)
        {
            _consumer.Pause(Partitions(lane));
            lane.IsPaused = true;
        }
        else if (lane.ShouldResume)
        {
            _consumer.Resume(Partitions(lane));
            lane.IsPaused = false;
        }
    }

    // The consumer's loop outlives every error of the client: the lanes' positions say where to go on.
    void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (KafkaException e)
        {
            Failed(e);
        }
    }

    void Failed(KafkaException e)
    {
        if (e is ConsumeException { ConsumerRecord: { } record } && e.Error.Code == ErrorCode.Local_AutoOffsetReset
            && _lanes.TryGetValue(record.Partition.Value, out var lane))
        {
            lane.LosePosition(record.Topic);
        }
        else
        {
            _telemetry?.ConsumerFailed(_group, e.Error.Code);
            ConsumeFailed(_logger, _group, e.Error.Reason);
        }
    }

    IEnumerable<TopicPartition> Partitions(IPartitionSink lane) => _topics.Select(topic => new TopicPartition(topic, lane.Partition));

    /// <summary>
    /// Commits the last positions if the broker takes them soon, and closes. A client that does not come to its end, as one whose broker is away may,
    /// is left to the end of the process: it is in no group, and its positions are in the database.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(_committing, Task.Delay(LastCommitWithin));
        await _stop.CancelAsync();
        var closing = CloseAsync();
        if (await Task.WhenAny(closing, Task.Delay(CloseWithin)) == closing)
            await closing;
        else
            NotClosed(_logger, _group);
    }

    async Task CloseAsync()
    {
        await _loop;
        await Task.Factory.StartNew(
            () =>
            {
                _consumer.Close();
                _consumer.Dispose();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        _stop.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Group}: {Code} {Reason}")]
    static partial void ClientError(ILogger logger, string group, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Consumer {Group}: {Message}")]
    static partial void ClientLog(ILogger logger, string group, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Group} could not read: {Reason}")]
    static partial void ConsumeFailed(ILogger logger, string group, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer {Group} was not closed in time and is left behind")]
    static partial void NotClosed(ILogger logger, string group);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Consumer {Group} could not commit positions to Kafka: {Reason}")]
    static partial void CommitFailed(ILogger logger, string group, string reason);
}
