using Confluent.Kafka;
using Orchestrator.Messaging.Clusters.Access;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Replay;

/// <summary>
/// Reads the range, in the order of <see cref="ReplayMerge"/>. Partitions are assigned by hand and no position is committed, so nobody else notices. What is read ahead is
/// bounded: a partition that has enough waiting is paused.
/// </summary>
internal sealed class ReplaySource : IDisposable
{
    const int MostAtOnce = 500;

    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);

    readonly string _topic;
    readonly ReplayOptions _options;
    readonly IConsumer<byte[], byte[]> _consumer;
    readonly ReplayMerge _merge = new();
    readonly Dictionary<int, Reading> _reading = [];

    public ReplaySource(KafkaOptions kafka, string topic, ReplayOptions options, IReadOnlyCollection<PartitionCourse> courses)
    {
        _topic = topic;
        _options = options;
        _consumer = Connect(kafka, error => Fatal ??= error.IsFatal ? new KafkaException(error) : null);
        foreach (var course in courses)
        {
            _merge.Add(course.Partition, course.ClockMs);
            if (course.IsDone)
                _merge.Close(course.Partition);
            else
                _reading[course.Partition] = new Reading { Next = course.Position, End = course.End };
        }
        if (_reading.Count > 0)
            _consumer.Assign(_reading.Select(r => new TopicPartitionOffset(topic, r.Key, r.Value.Next)));
    }

    /// <summary>The partition whose next message retention has deleted, once everything before it was given.</summary>
    public int? Gone { get; private set; }

    KafkaException? Fatal { get; set; }

    /// <summary>The next message when it is there already, and is certainly the next.</summary>
    public ScannedMessage? TryNext() => _merge.TryTake();

    /// <summary>The next message; null at the end, and where <see cref="Gone"/> says so.</summary>
    public async ValueTask<ScannedMessage?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_merge.TryTake() is { } next)
                return next;
            Gone = _reading.Where(r => r.Value.IsGone && _merge.Count(r.Key) == 0).Select(r => (int?)r.Key).FirstOrDefault();
            if (Gone is not null || !_merge.Open.Any())
                return null;
            if (Fatal is { } fatal)
                throw fatal;
            Throttle();
            if (!Drain())
                await Task.Run(() => Poll(Turn), cancellationToken);
        }
    }

    /// <summary>Goes on behind what retention has deleted.</summary>
    public void SkipTo(PartitionCourse course)
    {
        Gone = null;
        var reading = _reading[course.Partition];
        (reading.IsGone, reading.Next) = (false, course.Position);
        if (course.IsDone)
        {
            Close(course.Partition, reading);
            return;
        }
        // The client remembers it beyond the assignment.
        if (reading.IsPaused)
            _consumer.Resume([new TopicPartition(_topic, course.Partition)]);
        reading.IsPaused = false;
        _consumer.IncrementalUnassign([new TopicPartition(_topic, course.Partition)]);
        _consumer.IncrementalAssign([new TopicPartitionOffset(_topic, course.Partition, course.Position)]);
    }

    /// <inheritdoc />
    public void Dispose() => _consumer.Dispose();

    /// <summary>A client that reads what it is told to, tells the ends of partitions, and goes nowhere by itself when a position is gone.</summary>
    public static IConsumer<byte[], byte[]> Connect(KafkaOptions kafka, Action<Error>? failed) =>
        // A group is required by Kafka's client; with partitions assigned by hand, and nothing committed, none comes about.
        new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig(kafka.ConsumerConfig(RoleUse.ReplayGroup))
        {
            EnablePartitionEof = true,
            QueuedMinMessages = 1_000,
            QueuedMaxMessagesKbytes = 4_096,
        })
        .SetErrorHandler((_, error) => failed?.Invoke(error))
        .SetLogHandler((_, _) => { })
        .BuildSignedIn(kafka.ClientConfig());

    // What has come already, without waiting.
    bool Drain()
    {
        var any = false;
        for (var i = 0; i < MostAtOnce && Poll(TimeSpan.Zero); i++)
            any = true;
        return any;
    }

    bool Poll(TimeSpan timeout)
    {
        try
        {
            if (_consumer.Consume(timeout) is not { } read)
                return false;
            Take(read);
            return true;
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.Local_AutoOffsetReset && _reading.TryGetValue(e.ConsumerRecord.Partition.Value, out var reading))
        {
            reading.IsGone = true;
            return true;
        }
        catch (ConsumeException e) when (e.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition)
        {
            throw new ReplayException(ReplayFailures.UnknownTopic, $"The topic {_topic} is not on the cluster any more.", e);
        }
    }

    void Take(ConsumeResult<byte[], byte[]> read)
    {
        var reading = _reading[read.Partition.Value];
        if (reading.IsOver)
            return;
        if (read.Offset.Value >= reading.End)
        {
            Close(read.Partition.Value, reading);
            return;
        }
        // The end of what there is at present: an open transaction of a producer may hold back the rest.
        if (read.IsPartitionEOF || read.Offset.Value < reading.Next)
            return;
        reading.Next = read.Offset.Value + 1;
        _merge.Add(read);
        if (reading.Next >= reading.End)
            Close(read.Partition.Value, reading);
    }

    void Close(int partition, Reading reading)
    {
        reading.IsOver = true;
        _merge.Close(partition);
        _consumer.Pause([new TopicPartition(_topic, partition)]);
    }

    // A partition that others wait for is read on, whatever waits of the others.
    void Throttle()
    {
        var isFull = _merge.Bytes > _options.AheadBytes;
        foreach (var (partition, reading) in _reading.Where(r => !r.Value.IsOver && !r.Value.IsGone))
        {
            var waiting = _merge.Count(partition);
            var shouldPause = waiting >= _options.AheadMessages || (isFull && waiting > 0);
            if (shouldPause && !reading.IsPaused)
                _consumer.Pause([new TopicPartition(_topic, partition)]);
            else if (reading.IsPaused && !shouldPause && (waiting == 0 || (!isFull && waiting < _options.AheadMessages / 2)))
                _consumer.Resume([new TopicPartition(_topic, partition)]);
            else
                continue;
            reading.IsPaused = shouldPause;
        }
    }

    sealed class Reading
    {
        public long Next { get; set; }

        public long End { get; init; }

        public bool IsOver { get; set; }

        public bool IsGone { get; set; }

        public bool IsPaused { get; set; }
    }
}
