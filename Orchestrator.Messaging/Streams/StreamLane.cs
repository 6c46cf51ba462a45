using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// A stream lane from one opening to its end: takes each message on the thread that has read it, and hands the answer to the producer. What goes wrong with the
/// publishing ends it; it is then opened anew from its snapshot and the log, as after a crash, so that there is one way back and not two.
/// </summary>
internal sealed partial class StreamLane : IPartitionSink
{
    const long NotRead = -1; // a topic that is read from its beginning, wherever that is

    readonly LaneGrant _grant;
    readonly StreamGroup _group;
    readonly LaneServices _services;
    readonly KafkaProducer _producer;
    readonly GroupMembership _membership;
    readonly ILogger _logger;
    readonly StreamProcessor _processor;
    readonly StreamMessageReader _reader;
    readonly StreamOutput _output;
    readonly AnswerId _answerIds;
    readonly TopicPartition _outputPartition;
    readonly Action<DeliveryReport<byte[], byte[]>> _report;
    readonly Header _source;
    readonly Dictionary<MessageContract, Header> _types = [];
    readonly string[] _topics;
    readonly long[] _positions;
    readonly long[] _ends;
    readonly HashSet<(string Topic, long Offset)> _parkedBefore;
    readonly Queue<ConsumeResult<byte[], byte[]>> _held = new();
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly StreamParking _parking;
    Dictionary<Guid, StreamAnswer>? _answered;
    Message<byte[], byte[]>? _unsent;
    volatile int _generation;
    long _outputPosition;
    long _produced;
    long _settled;
    bool _refused;
    int _sinceSnapshot;
    bool _snapshotMissing;
    long _snapshotAt;
    int _handled;
    int _duplicates;
    long _turnBegan;
    long _producedBefore;
    long _foreign;

    public StreamLane(
        LaneGrant grant, StreamGroup group, LaneServices services, KafkaProducer producer, GroupMembership membership, StreamOpening opening, StreamParking parking, ILogger logger)
    {
        _grant = grant;
        _group = group;
        _services = services;
        _producer = producer;
        _membership = membership;
        _logger = logger;
        _processor = opening.Processor;
        _parking = parking;
        _reader = new StreamMessageReader(services.Catalog);
        _output = new StreamOutput(grant.Lane, services.Catalog, services.Time);
        _answerIds = new AnswerId(group.Name);
        _outputPartition = new TopicPartition(group.OutputTopic, grant.Lane.Partition);
        _report = Report;
        _source = new Header(CloudEventHeaders.Source, Encoding.UTF8.GetBytes(grant.Lane.Source));
        _topics = [.. group.Topics];
        _positions = Array.ConvertAll(_topics, t => opening.Positions.GetValueOrDefault(t, NotRead));
        _ends = Array.ConvertAll(_topics, t => opening.Answered.InputEnds[t]);
        _parkedBefore = opening.Parked;
        _answered = opening.Answered.ById;
        _outputPosition = opening.Answered.End;
        _generation = producer.Generation;
        Ids = opening.Ids;
        _snapshotAt = services.Time.GetTimestamp();
    }

    public LaneId Id => _grant.Lane;

    public int Partition => _grant.Lane.Partition;

    /// <summary>The ids that were taken, for whoever runs on the lane's thread.</summary>
    public RecentIds Ids { get; }

    /// <summary>Set when it is made; looked at between reads.</summary>
    public StreamSnapshots? Snapshots { get; set; }

    /// <summary>Fails when the lane cannot go on as it is.</summary>
    public Task Ended => _ended.Task;

    public bool IsPaused { get; set; }

    public bool ShouldPause => !IsPaused && (_held.Count > 0 || !MayTake);

    public bool ShouldResume => IsPaused && _held.Count == 0 && MayTake && Unacknowledged <= _group.MaxUnacknowledged / 2;

    /// <summary>Answers that the broker has not acknowledged yet.</summary>
    public int Unacknowledged => (int)(Volatile.Read(ref _produced) - Interlocked.Read(ref _settled));

    /// <summary>Whether what it waits for may still be reported.</summary>
    public bool IsUnderWay => Unacknowledged > 0 && _producer.Generation == _generation;

    /// <summary>Takes back what the client has not sent yet: it must not be sent later, when somebody else owns the lane. The other lanes of this process have to begin anew as well.</summary>
    public void Abandon()
    {
        End(new AnswerRefusedException(_grant.Lane));
        _producer.Abandon(_generation);
    }

    /// <summary>Messages that were read and wait.</summary>
    public int Held => _held.Count;

    /// <summary>Whether messages may still come that were answered before the opening.</summary>
    public bool IsReplaying => _answered is not null;

    /// <summary>Whether all that it has answered is published, so that it may be stored that it was.</summary>
    public bool IsSettled => Unacknowledged == 0 && _unsent is null && !Volatile.Read(ref _refused);

    /// <summary>The next offset to read, by topic.</summary>
    public IReadOnlyDictionary<string, long> Positions
    {
        get
        {
            var positions = new Dictionary<string, long>(_topics.Length, StringComparer.Ordinal);
            for (var i = 0; i < _topics.Length; i++)
            {
                if (Volatile.Read(ref _positions[i]) is not NotRead and var next)
                    positions[_topics[i]] = next;
            }
            return positions;
        }
    }

    /// <summary>Whether enough has come since the last snapshot. While answered messages come again there is none: what it points at must not lie before it.</summary>
    public bool IsSnapshotDue => HasNews && _unsent is null
        && (_sinceSnapshot >= _group.SnapshotMessages || _services.Time.GetElapsedTime(_snapshotAt) >= _group.SnapshotInterval);

    /// <summary>Whether anything has come since the last snapshot.</summary>
    public bool HasNews => !IsReplaying && (_sinceSnapshot > 0 || Volatile.Read(ref _snapshotMissing));

    // What was answered may not be unpublished for ever, nor may another own the lane.
    bool MayTake => !_ended.Task.IsCompleted && _unsent is null && Unacknowledged < _group.MaxUnacknowledged && _parking.HasRoom && _membership.Holds(_grant);

    public bool Add(ConsumeResult<byte[], byte[]> message)
    {
        if (_held.Count > 0 || !MayTake)
        {
            _held.Enqueue(message);
            return true;
        }
        Guarded(message);
        return _unsent is not null || _ended.Task.IsCompleted;
    }

    public bool Turn()
    {
        if (_ended.Task.IsCompleted)
            return false;
        try
        {
            Count();
            if (Volatile.Read(ref _refused))
                throw new AnswerRefusedException(_grant.Lane);
            FollowProducer();
            if (_unsent is { } unsent && _membership.Holds(_grant) && _producer.TryProduce(_outputPartition, unsent, _report))
                _unsent = null;
            while (_held.Count > 0 && MayTake)
                Take(_held.Dequeue());
            EndReplay();
            return Snapshots!.Turn();
        }
        catch (Exception e)
        {
            End(e);
            return false;
        }
    }

    /// <summary>Goes no further; to be opened anew, or by another.</summary>
    public void End(Exception reason) => _ended.TrySetException(reason);

    public void LosePosition(string topic) => End(new LostInputException(topic));

    /// <summary>What a snapshot of this moment covers, and what tells when it may count.</summary>
    public (SnapshotHead Head, Func<bool> IsSettled) BeginSnapshot()
    {
        var (answers, parked) = (_produced, _parking.Accepted);
        _sinceSnapshot = 0;
        _snapshotMissing = false;
        _snapshotAt = _services.Time.GetTimestamp();
        var head = new SnapshotHead(Positions, Volatile.Read(ref _outputPosition), _services.Time.GetUtcNow());
        return (head, () => Interlocked.Read(ref _settled) >= answers && !Volatile.Read(ref _refused) && _parking.HasParked(parked));
    }

    /// <summary>The last one came to nothing: the next is due though nothing comes meanwhile.</summary>
    public void MissSnapshot() => Volatile.Write(ref _snapshotMissing, true);

    void Guarded(ConsumeResult<byte[], byte[]> message)
    {
        try
        {
            Take(message);
        }
        catch (Exception e)
        {
            End(e);
        }
    }

    void Take(ConsumeResult<byte[], byte[]> result)
    {
        if (_turnBegan == 0)
            _turnBegan = _services.Time.GetTimestamp();
        var topic = _topics.Length == 1 ? 0 : Array.IndexOf(_topics, result.Topic);
        if (result.Offset.Value < _positions[topic])
            return;
        Handle(result);
        Volatile.Write(ref _positions[topic], result.Offset.Value + 1);
        _sinceSnapshot++;
    }

    void Handle(ConsumeResult<byte[], byte[]> result)
    {
        if (_parkedBefore.Count > 0 && _parkedBefore.Remove((result.Topic, result.Offset.Value)))
            return;
        if (!_reader.TryRead(result, out var message) && !TryReadClosely(result, out message))
            return;
        if (Ids.Contains(message.Id))
        {
            _duplicates++;
            return;
        }
        var answerId = _answerIds.To(message.Id);
        if (_answered is not null && _answered.Remove(answerId, out var answer))
        {
            Replay(message, answer);
        }
        else
        {
            using var activity = MessagingTelemetry.Activities.HasListeners() ? MessagingTelemetry.Start(message.Topic, message.TraceParent, _grant.Lane, message.Id) : null;
            try
            {
                _output.Begin();
                _processor.Process(message, _output);
            }
            catch (Exception e)
            {
                Failed(_logger, _grant.Lane, result.Topic, result.Offset.Value, message.Id, e);
                Park(_services.Reader.Read(result), e, attempts: 1);
                return;
            }
            if (_output.TryTake(out var contract, out var body))
                Publish(message, answerId, contract, body, activity?.Id is { } id ? Encoding.ASCII.GetBytes(id) : message.TraceParentHeader);
        }
        Ids.Add(message.Id);
        _handled++;
    }

    // Its answer stands, whatever becomes of the state that follows from it.
    void Replay(in StreamMessage message, in StreamAnswer answer)
    {
        try
        {
            _processor.Replay(message, answer);
        }
        catch (Exception e)
        {
            NotReplayed(_logger, _grant.Lane, message.Topic, message.Offset, message.Id, e);
        }
    }

    bool TryReadClosely(ConsumeResult<byte[], byte[]> result, out StreamMessage message)
    {
        var read = _services.Reader.Read(result);
        message = default;
        if (read.Fault is { } fault)
        {
            Park(read, fault, attempts: 0);
            return false;
        }
        message = new StreamMessage
        {
            Topic = result.Topic,
            Offset = result.Offset.Value,
            Key = read.Key,
            KeyBytes = result.Message.Key,
            Id = read.Id,
            Contract = read.Contract!,
            Body = read.Body!,
            BrokerTime = read.Time,
            TraceParentHeader = read.TraceParent is null ? null : Encoding.ASCII.GetBytes(read.TraceParent),
        };
        return true;
    }

    void Park(LaneMessage message, Exception exception, int attempts)
    {
        var cause = ParkedCause.Of(exception);
        _parking.Park(new ParkedEntry(message, cause.StackHash is null ? ParkedStatus.Refused : ParkedStatus.Failed, cause, attempts));
    }

    void Publish(in StreamMessage message, Guid id, MessageContract contract, byte[] body, byte[]? traceParent)
    {
        if (!_types.TryGetValue(contract, out var type))
            _types[contract] = type = new Header(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(contract.Name));
        var kafka = KafkaWire.ToKafka(message.KeyBytes, body, id, _output.Now, type, _source, traceParent);
        Volatile.Write(ref _produced, _produced + 1);
        if (!_producer.TryProduce(_outputPartition, kafka, _report))
            _unsent = kafka;
    }

    // On the producer's thread.
    void Report(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError)
        {
            Volatile.Write(ref _refused, true);
            Refused(_logger, _grant.Lane, report.Error.Code, report.Error.Reason);
        }
        else if (report.Offset.Value >= _outputPosition)
        {
            // Each follows the one before it, unless somebody else writes there too: a former owner, or a stranger.
            Interlocked.Add(ref _foreign, report.Offset.Value - _outputPosition);
            Volatile.Write(ref _outputPosition, report.Offset.Value + 1);
        }
        Interlocked.Increment(ref _settled);
    }

    // What was under way with a producer that was abandoned is never reported.
    void FollowProducer()
    {
        if (_producer.Generation == _generation)
            return;
        if (Unacknowledged > 0)
            throw new AnswerRefusedException(_grant.Lane);
        _generation = _producer.Generation;
    }

    // Behind the ends of that time nothing is answered; answers that are left belong to what lies before the snapshot.
    void EndReplay()
    {
        if (_answered is null)
            return;
        for (var i = 0; i < _ends.Length && _answered.Count > 0; i++)
        {
            if (Math.Max(0, _positions[i]) < _ends[i])
                return;
        }
        _answered = null;
    }

    void Count()
    {
        if (_turnBegan == 0)
            return;
        _services.Telemetry.Unit(_grant.Lane, _handled, _duplicates, (int)(_produced - _producedBefore), _services.Time.GetElapsedTime(_turnBegan));
        _services.Telemetry.Foreign(_grant.Lane, Interlocked.Exchange(ref _foreign, 0));
        _producedBefore = _produced;
        (_turnBegan, _handled, _duplicates) = (0, 0, 0);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: parking {Topic}@{Offset} {MessageId}")]
    static partial void Failed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: {Topic}@{Offset} {MessageId} was answered, and its state does not follow")]
    static partial void NotReplayed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: an answer was not delivered: {Code} {Reason}")]
    static partial void Refused(ILogger logger, LaneId lane, ErrorCode code, string reason);
}

/// <summary>The broker has not taken an answer, or nobody knows whether it has: the lane is opened anew.</summary>
internal sealed class AnswerRefusedException(LaneId lane) : Exception($"{lane}: an answer was not published");

/// <summary>A topic's stored position is not in Kafka any more.</summary>
internal sealed class LostInputException(string topic) : Exception($"{topic} holds no message at the stored position any more")
{
    public string Topic { get; } = topic;
}
