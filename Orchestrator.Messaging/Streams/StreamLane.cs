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
    readonly GroupMembership _membership;
    readonly ILogger _logger;
    readonly StreamProcessor _processor;
    readonly TakenTypes _taken;
    readonly StreamMessageReader _reader;
    readonly StreamOutput _output;
    readonly StreamPublisher _publisher;
    readonly AnswerId _answerIds;
    readonly string[] _topics;
    readonly long[] _positions;
    readonly HashSet<(string Topic, long Offset)> _parkedBefore;
    readonly Queue<ConsumeResult<byte[], byte[]>> _held = new();
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly StreamParking _parking;

    // Whoever changes the state has it: the thread that reads, for a message or a slice at a time, or one of a caller that asks.
    readonly Lock _gate = new();
    int _sinceSnapshot;
    bool _snapshotMissing;
    long _snapshotAt;
    StreamTally _tally;
    long _foreignWhenHeld;

    public StreamLane(
        LaneGrant grant, StreamGroup group, LaneServices services, KafkaProducer producer, GroupMembership membership, StreamOpening opening, StreamParking parking, ILogger logger)
    {
        _grant = grant;
        _group = group;
        _services = services;
        _membership = membership;
        _logger = logger;
        _processor = opening.Processor;
        _parking = parking;
        _taken = new TakenTypes(services.Catalog, group.Takes, group.KeeperOf);
        _reader = new StreamMessageReader(services.Catalog, services.Reader.Formats);
        _output = new StreamOutput(grant.Lane, services.Catalog, services.Time) { Asked = opening.Asked };
        _publisher = new StreamPublisher(grant.Lane, group.OutputTopic, producer, services.Reader.Formats, opening.Answered.End, logger);
        _answerIds = new AnswerId(group.Name);
        _topics = [.. group.Topics];
        _positions = Array.ConvertAll(_topics, t => opening.Positions.GetValueOrDefault(t, NotRead));
        _replay = new StreamReplay(opening.Answered, opening.Asked, _topics);
        _parkedBefore = opening.Parked;
        Ids = opening.Ids;
        Asked = opening.Asked;
        _snapshotAt = services.Time.GetTimestamp();
    }

    public LaneId Id => _grant.Lane;

    public int Partition => _grant.Lane.Partition;

    /// <summary>The ids that were taken, for whoever runs on the lane's thread.</summary>
    public RecentIds Ids { get; }

    /// <summary>What was asked and answered, for whoever runs on the lane's thread.</summary>
    public AskedAnswers Asked { get; }

    /// <summary>Set when it is made; looked at between reads.</summary>
    public StreamSnapshots? Snapshots { get; set; }

    /// <summary>Fails when the lane cannot go on as it is.</summary>
    public Task Ended => _ended.Task;

    public bool IsPaused { get; set; }

    public bool ShouldPause => !IsPaused && (_held.Count > 0 || !MayTake);

    public bool ShouldResume => IsPaused && _held.Count == 0 && MayTake && Unacknowledged <= _group.MaxUnacknowledged / 2;

    /// <summary>Answers that the broker has not acknowledged yet.</summary>
    public int Unacknowledged => _publisher.Unacknowledged;

    /// <summary>Whether what it waits for may still be reported.</summary>
    public bool IsUnderWay => _publisher.IsUnderWay;

    /// <summary>Messages that were read and wait.</summary>
    public int Held => _held.Count;

    /// <summary>Whether all that it has answered is published, so that it may be stored that it was.</summary>
    public bool IsSettled => _publisher.IsSettled;

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
    public bool IsSnapshotDue => HasNews && !_publisher.HasUnsent && _membership.Holds(_grant)
        && (_sinceSnapshot >= _group.SnapshotMessages || _services.Time.GetElapsedTime(_snapshotAt) >= _group.SnapshotInterval);

    /// <summary>Whether anything has come since the last snapshot.</summary>
    public bool HasNews => !IsReplaying && (_sinceSnapshot > 0 || Volatile.Read(ref _snapshotMissing));

    /// <summary>Whether it may answer: it is this process's for certain, or the database is away, the group goes on without it, and nobody else has answered meanwhile.</summary>
    public bool MayAnswer => _membership.StandingOf(_grant, _group.WithoutStore) switch
    {
        LaneStanding.Held => true,
        LaneStanding.StoreAway => _publisher.Foreign == Interlocked.Read(ref _foreignWhenHeld),
        _ => false,
    };

    // What was answered may not be unpublished for ever, nor may another own the lane.
    bool MayTake => !_ended.Task.IsCompleted && HasRoom && MayAnswer;

    // What is passed over needs no schema.
    bool IsReady(ConsumeResult<byte[], byte[]> message) => _reader.IsReady(message) || _taken.IsPassedOver(message);

    bool HasRoom => !_publisher.HasUnsent && Unacknowledged < _group.MaxUnacknowledged && _parking.HasRoom;

    public bool Add(ConsumeResult<byte[], byte[]> message)
    {
        lock (_gate)
        {
            if (_held.Count > 0 || !MayTake || !IsReady(message))
            {
                _held.Enqueue(message);
                return true;
            }
            Guarded(message);
            return _publisher.HasUnsent || _ended.Task.IsCompleted;
        }
    }

    public bool Turn()
    {
        if (_ended.Task.IsCompleted)
            return false;
        try
        {
            lock (_gate)
            {
                _tally.Tell(_services, _grant.Lane, _publisher);
                _publisher.Check();
                Stand();
                if (MayAnswer)
                    _publisher.Resend();
            }
            TakeHeld();
            lock (_gate)
            {
                if (!IsReplaying)
                    _processor.Turn(_services.Time.GetUtcNow());
                return EndReplay() | Snapshots!.Turn();
            }
        }
        catch (Exception e)
        {
            End(e);
            return false;
        }
    }

    /// <summary>Takes back what the client has not sent yet: it must not be sent later, when somebody else owns the lane. The other lanes of this process have to begin anew as well.</summary>
    public void Abandon()
    {
        End(new AnswerRefusedException(_grant.Lane));
        _publisher.Abandon();
    }

    /// <summary>Goes no further; to be opened anew, or by another.</summary>
    public void End(Exception reason) => _ended.TrySetException(reason);

    public void LosePosition(string topic) => End(new LostInputException(topic));

    public void PassOver(Gap gap)
    {
        lock (_gate)
        {
            ref var position = ref _positions[_topics.Length == 1 ? 0 : Array.IndexOf(_topics, gap.Topic)];
            if (gap.Holds(position is NotRead ? 0 : position))
                Volatile.Write(ref position, gap.End);
        }
    }

    /// <summary>What a snapshot of this moment covers, and what tells when it may count.</summary>
    public (SnapshotHead Head, Func<bool> IsSettled) BeginSnapshot()
    {
        var (answers, parked) = (_publisher.Produced, _parking.Accepted);
        _sinceSnapshot = 0;
        _snapshotMissing = false;
        _snapshotAt = _services.Time.GetTimestamp();
        var head = new SnapshotHead(Positions, _publisher.OutputPosition, _services.Time.GetUtcNow());
        return (head, () => _publisher.HasSettled(answers) && _parking.HasParked(parked));
    }

    /// <summary>The last one came to nothing: the next is due though nothing comes meanwhile.</summary>
    public void MissSnapshot() => Volatile.Write(ref _snapshotMissing, true);

    // Whoever writes among the answers while this process cannot tell whether the lane is its own has taken it.
    void Stand()
    {
        switch (_membership.StandingOf(_grant, _group.WithoutStore))
        {
            case LaneStanding.Held:
                Interlocked.Exchange(ref _foreignWhenHeld, _publisher.Foreign);
                break;
            case LaneStanding.StoreAway when !MayAnswer:
                throw new LaneElsewhereException(_grant.Lane);
        }
    }

    void TakeHeld()
    {
        while (_held.Count > 0)
        {
            lock (_gate)
            {
                if (!MayTake || !IsReady(_held.Peek()))
                    return;
                Take(_held.Dequeue());
            }
        }
    }

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
        var topic = _topics.Length == 1 ? 0 : Array.IndexOf(_topics, result.Topic);
        if (result.Offset.Value < _positions[topic])
            return;
        _tally.Begin(_services.Time);
        while (_replay.TryTakeAsked(topic, result.Offset.Value, out var asked))
            ReplayAsked(asked);
        Handle(result);
        Volatile.Write(ref _positions[topic], result.Offset.Value + 1);
        Volatile.Write(ref _takenMs, result.Message.Timestamp.UnixTimestampMs);
        _sinceSnapshot++;
    }

    void Handle(ConsumeResult<byte[], byte[]> result)
    {
        if ((_parkedBefore.Count > 0 && _parkedBefore.Remove((result.Topic, result.Offset.Value))) || _taken.IsPassedOver(result))
            return;
        if (!_reader.TryRead(result, out var message) && !TryReadClosely(result, out message))
            return;
        if (Ids.Contains(message.Id))
        {
            _tally.Duplicates++;
            return;
        }
        var answerId = _answerIds.To(message.Id);
        if (_replay.TryTake(answerId, out var answer))
        {
            Replay(message, answer);
        }
        else
        {
            using var activity = Spans.AreWatched ? Spans.Message(message.Topic, message.Contract.Name, message.TraceParent, _grant.Lane, message.Id) : null;
            try
            {
                Process(message);
            }
            catch (Exception e)
            {
                Failed(_logger, _grant.Lane, result.Topic, result.Offset.Value, message.Id, e);
                Park(_services.Reader.Read(result), e, attempts: 1);
                return;
            }
            if (_output.TryTake(out var contract, out var body))
                _publisher.Publish(message.KeyBytes, answerId, contract, body, _output.Now, activity?.Id is { } id ? Encoding.ASCII.GetBytes(id) : message.TraceParentHeader);
        }
        Ids.Add(message.Id);
        _tally.Handled++;
    }

    void Process(in StreamMessage message)
    {
        _output.Begin(storeIsAway: _membership.StandingOf(_grant, _group.WithoutStore) == LaneStanding.StoreAway);
        _processor.Process(message, _output);
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
        message = StreamMessage.Of(read, result.Message.Key);
        return true;
    }

    void Park(LaneMessage message, Exception exception, int attempts)
    {
        var cause = ParkedCause.Of(exception);
        _parking.Park(new ParkedEntry(message, cause.StackHash is null ? ParkedStatus.Refused : ParkedStatus.Failed, cause, attempts));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lane}: parking {Topic}@{Offset} {MessageId}")]
    static partial void Failed(ILogger logger, LaneId lane, string topic, long offset, Guid messageId, Exception exception);
}
