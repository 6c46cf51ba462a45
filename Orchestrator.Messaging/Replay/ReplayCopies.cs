using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;

namespace Orchestrator.Messaging.Replay;

/// <summary>
/// Copies a range into a topic of its own. The number of a copy within its partition is its offset there, so the topic itself says how far the replay had come: whoever goes
/// on with it looks at the last copy of each partition, and at nothing that was written down before. What somebody else wrote there shows at once, for numbers and
/// offsets differ from then on.
/// </summary>
internal sealed class ReplayCopies : ReplaySink
{
    const int MostBytesUnderWay = 16 << 20;
    const int LargestMessage = 1_048_576 + (64 << 10);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan FullPause = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan LastWait = TimeSpan.FromSeconds(2);

    // None of the first copies goes while a replay is paused, or slow.
    static readonly TimeSpan MoreThanKept = TimeSpan.FromDays(7);

    readonly ReplayClaim _claim;
    readonly KafkaOptions _kafka;
    readonly ReplayTopics _topics;
    readonly ReplayBounds _bounds;
    readonly ReplayOptions _options;
    readonly TimeProvider _time;
    readonly Lock _lock = new();
    IProducer<byte[], byte[]>? _producer;
    int _underWay;
    long _bytesUnderWay;
    Exception? _fault;
    TaskCompletionSource? _settled;

    public ReplayCopies(ReplayClaim claim, KafkaOptions kafka, ReplayTopics topics, ReplayBounds bounds, ReplayOptions options, TimeProvider time)
    {
        (_claim, _kafka, _topics, _bounds, _options, _time) = (claim, kafka, topics, bounds, options, time);
    }

    string Topic => _claim.Job.Order.Target.Name;

    bool HasRoom
    {
        get
        {
            lock (_lock)
                return _underWay < _options.MaxUnderWay && _bytesUnderWay < MostBytesUnderWay;
        }
    }

    /// <inheritdoc />
    public override async Task OpenAsync(IReadOnlyList<PartitionCourse> courses, CancellationToken cancellationToken)
    {
        var source = await _bounds.PartitionsAsync(_claim.Job.Order.Topic, cancellationToken)
            ?? throw new ReplayException(ReplayFailures.UnknownTopic, $"There is no topic {_claim.Job.Order.Topic} on the cluster.");
        var isNew = await _topics.EnsureAsync(Topic, source, TimeSpan.FromHours(_claim.Job.Order.KeepHours) + MoreThanKept, cancellationToken);
        if (isNew && courses.Any(c => c.Taken > 0))
            throw new ReplayException(ReplayFailures.TargetLost, $"The topic {Topic} was deleted while the replay wrote to it.");
        var held = await _bounds.WatermarksAsync(courses.Select(c => new TopicPartition(Topic, c.Partition)), cancellationToken);
        foreach (var course in courses)
            await RecoverAsync(course, held[new TopicPartition(Topic, course.Partition)], cancellationToken);
        _producer = Connect();
    }

    /// <inheritdoc />
    public override async ValueTask TakeAsync(PartitionCourse course, ScannedMessage message, CancellationToken cancellationToken)
    {
        var copy = ReplayHeaders.Copy(_claim.Job.Id, message, course.Taken, course.Bytes + message.Size);
        var (to, sequence, size) = (new TopicPartition(Topic, course.Partition), course.Taken, message.Size);
        if (!HasRoom)
            await SettleAsync(cancellationToken);
        Add(1, size);
        while (true)
        {
            ThrowIfFaulty();
            // Whoever cannot show that the replay is its own hands nothing more over.
            if (!_claim.IsFresh)
                throw new ReplayFencedException(_claim.Job.Id);
            try
            {
                _producer!.Produce(to, copy, report => Delivered(report, sequence, size));
                return;
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(FullPause, _time, cancellationToken);
            }
            catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge)
            {
                throw TooLarge(message.Partition);
            }
        }
    }

    /// <inheritdoc />
    public override async Task SettleAsync(CancellationToken cancellationToken)
    {
        Task settled;
        lock (_lock)
        {
            if (_underWay == 0)
            {
                ThrowIfFaulty();
                return;
            }
            _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            settled = _settled.Task;
        }
        // Each message is answered or gives up within its time.
        await settled.WaitAsync(cancellationToken);
        ThrowIfFaulty();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_producer is not { } producer)
            return;
        _producer = null;
        await Task.Run(() =>
        {
            // What is on its way comes before whoever is next looks. What its queue still holds then is given up with it.
            if (_claim.IsFresh)
                producer.Flush(LastWait);
            producer.Dispose();
        });
    }

    async Task RecoverAsync(PartitionCourse course, Watermarks held, CancellationToken cancellationToken)
    {
        var place = new TopicPartition(Topic, course.Partition);
        if (held.High < course.Taken)
            throw new ReplayException(ReplayFailures.TargetLost, $"{Topic}[{course.Partition}] has {held.High} of the {course.Taken} copies that were written.");
        if (held.High == course.Taken)
            return;
        if (held.Low == held.High)
            throw new ReplayException(ReplayFailures.TargetLost, $"The last copies in {Topic}[{course.Partition}] are gone, which say how far the replay had come.");
        var last = await Task.Run(() => ReadLast(place, held.High - 1, cancellationToken), cancellationToken);
        if (last is not { } marker || marker.Sequence != held.High - 1 || marker.Offset < course.First || marker.Offset >= course.End)
            throw Disturbed(course.Partition, held.High - 1);
        course.Recover(marker.Sequence + 1, marker.Bytes, marker.Offset + 1, marker.ClockMs);
    }

    CopyMarker? ReadLast(TopicPartition place, long offset, CancellationToken cancellationToken)
    {
        using var consumer = ReplaySource.Connect(_kafka, failed: null);
        consumer.Assign(new TopicPartitionOffset(place, offset));
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < Patience)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Turn) is { IsPartitionEOF: false } read)
                return ReplayHeaders.Read(_claim.Job.Id, read.Message.Headers);
        }
        throw new TimeoutException($"The last copy in {place} could not be read");
    }

    // Gives up before the lease is over: what is late is late for whoever has the replay next. A gap is fatal to the client, so nothing is written behind one.
    IProducer<byte[], byte[]> Connect() => new ProducerBuilder<byte[], byte[]>(new ProducerConfig(_kafka.ProducerConfig())
    {
        MessageTimeoutMs = (int)(_options.LeaseMs * ReplayClaim.DeliveryPart),
        RequestTimeoutMs = (int)(_options.LeaseMs * ReplayClaim.DeliveryPart / 2),
        LingerMs = 5,
        CancellationDelayMaxMs = ReplayTopics.LongestGoodbyeMs,
        MessageMaxBytes = LargestMessage,
        QueueBufferingMaxMessages = 20_000,
        QueueBufferingMaxKbytes = 64 << 10,
        DeliveryReportFields = "none",
    })
    .SetLogHandler((_, _) => { })
    .SetErrorHandler((_, error) =>
    {
        if (error.IsFatal)
            Fail(new KafkaException(error));
    })
    .BuildSignedIn(_kafka.ClientConfig());

    void Delivered(DeliveryReport<byte[], byte[]> report, long sequence, int size)
    {
        if (report.Error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge)
            Fail(TooLarge(report.Partition.Value));
        else if (report.Error.IsError)
            Fail(new KafkaException(report.Error));
        else if (report.Offset.Value != sequence)
            Fail(Disturbed(report.Partition.Value, sequence));
        Add(-1, -size);
    }

    ReplayException Disturbed(int partition, long offset) => new(
        ReplayFailures.TargetDisturbed, $"What stands in {Topic}[{partition}] at offset {offset} is not the copy that belongs there: somebody else has written to the topic.");

    ReplayException TooLarge(int partition) => new(ReplayFailures.CannotCopy, $"A message of {_claim.Job.Order.Topic}[{partition}] is larger than {Topic} takes, with the headers of a copy.");

    // What the topic shows weighs more than that the broker is away.
    void Fail(Exception fault)
    {
        lock (_lock)
        {
            if (_fault is null || (fault is ReplayException && _fault is not ReplayException))
                _fault = fault;
        }
    }

    void ThrowIfFaulty()
    {
        if (Volatile.Read(ref _fault) is { } fault)
            throw fault is ReplayException known ? new ReplayException(known.Code, known.Detail, known) : new IOException("The broker did not take a copy", fault);
    }

    void Add(int messages, int bytes)
    {
        TaskCompletionSource? settled = null;
        lock (_lock)
        {
            _underWay += messages;
            _bytesUnderWay += bytes;
            if (_underWay == 0)
                (settled, _settled) = (_settled, null);
        }
        settled?.TrySetResult();
    }
}
