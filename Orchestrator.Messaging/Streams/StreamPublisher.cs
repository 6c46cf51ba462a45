using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging.Streams;

/// <summary>
/// Hands a lane's answers to the producer, in order, and counts what comes of them. Under the lane's lock, but for what the producer's thread reports.
/// </summary>
/// <param name="lane">Whose answers.</param>
/// <param name="outputTopic">Where they go: to the lane's own partition.</param>
/// <param name="producer">The group's producer.</param>
/// <param name="formats">Has the format of the topic.</param>
/// <param name="outputPosition">The next offset there, as the opening found it.</param>
/// <param name="logger">Hears of what fails.</param>
internal sealed partial class StreamPublisher(LaneId lane, string outputTopic, KafkaProducer producer, WireFormats formats, long outputPosition, ILogger logger)
{
    readonly TopicPartition _partition = new(outputTopic, lane.Partition);
    readonly Header _source = new(CloudEventHeaders.Source, Encoding.UTF8.GetBytes(lane.Source));
    readonly Dictionary<MessageContract, Header> _types = [];
    (Message<byte[], byte[]> Message, Action<DeliveryReport<byte[], byte[]>> Report)? _unsent;
    Action<DeliveryReport<byte[], byte[]>>? _report;
    volatile int _generation = producer.Generation;
    long _outputPosition = outputPosition;
    long _produced;
    long _settled;
    long _foreign;
    bool _refused;

    /// <summary>How many answers there were.</summary>
    public long Produced => Volatile.Read(ref _produced);

    /// <summary>How many the broker has not acknowledged yet.</summary>
    public int Unacknowledged => (int)(Produced - Interlocked.Read(ref _settled));

    /// <summary>Whether what it waits for may still be reported.</summary>
    public bool IsUnderWay => Unacknowledged > 0 && producer.Generation == _generation;

    /// <summary>Whether the producer's queue was full: no other answer may be given before this one is sent.</summary>
    public bool HasUnsent => _unsent is not null;

    /// <summary>Whether all is published, so that it may be stored that it was.</summary>
    public bool IsSettled => HasSettled(Produced) && !HasUnsent;

    /// <summary>The next offset of the output partition, as the last acknowledgement told it.</summary>
    public long OutputPosition => Volatile.Read(ref _outputPosition);

    /// <summary>How many messages others have written among the answers since the opening.</summary>
    public long Foreign => Interlocked.Read(ref _foreign);

    /// <summary>Whether the first <paramref name="count"/> answers are published, and none was refused.</summary>
    public bool HasSettled(long count) => Interlocked.Read(ref _settled) >= count && !Volatile.Read(ref _refused);

    /// <summary>Publishes an answer.</summary>
    /// <param name="key">The key of what is answered.</param>
    /// <param name="id">The answer's id.</param>
    /// <param name="contract">What it is.</param>
    /// <param name="body">Its JSON.</param>
    /// <param name="time">When it was given.</param>
    /// <param name="traceParent">Whose trace it belongs to.</param>
    /// <param name="asked">Where the lane stood when it was asked; null when it was not.</param>
    /// <param name="told">Told on the producer's thread where it was written; null when it was not.</param>
    public void Publish(
        byte[] key, Guid id, MessageContract contract, byte[] body, DateTimeOffset time, byte[]? traceParent, byte[]? asked = null, Action<long?>? told = null)
    {
        if (!_types.TryGetValue(contract, out var type))
            _types[contract] = type = new Header(CloudEventHeaders.Type, Encoding.UTF8.GetBytes(contract.Name));
        var (encoded, contentType) = formats.IsJson(outputTopic) ? (body, null) : formats.Encode(contract, outputTopic, body);
        var message = KafkaWire.ToKafka(key, encoded, id, time, type, _source, traceParent, contentType);
        if (asked is not null)
            message.Headers.Add(AskedBefore.Header, asked);
        var report = told is null ? _report ??= Report : delivered => Report(delivered, told);
        Volatile.Write(ref _produced, _produced + 1);
        if (!producer.TryProduce(_partition, message, report))
            _unsent = (message, report);
    }

    /// <summary>Tries again to send what found the producer's queue full.</summary>
    public void Resend()
    {
        if (_unsent is var (message, report) && producer.TryProduce(_partition, message, report))
            _unsent = null;
    }

    /// <summary>Looks whether answers were refused, or went with a producer that was abandoned: what was under way with it is never reported.</summary>
    /// <exception cref="AnswerRefusedException">So it is.</exception>
    public void Check()
    {
        if (Volatile.Read(ref _refused))
            throw new AnswerRefusedException(lane);
        if (producer.Generation == _generation)
            return;
        if (Unacknowledged > 0)
            throw new AnswerRefusedException(lane);
        _generation = producer.Generation;
    }

    /// <summary>Takes back what the client has not sent yet, of all lanes of the group in this process.</summary>
    public void Abandon() => producer.Abandon(_generation);

    void Report(DeliveryReport<byte[], byte[]> report) => Report(report, told: null);

    // On the producer's thread.
    void Report(DeliveryReport<byte[], byte[]> report, Action<long?>? told)
    {
        if (report.Error.IsError)
        {
            Volatile.Write(ref _refused, true);
            producer.Failed(report.Error.Code);
            Refused(logger, lane, report.Error.Code, report.Error.Reason);
        }
        else if (report.Offset.Value >= _outputPosition)
        {
            // Each follows the one before it, unless somebody else writes there too: a former owner, or a stranger.
            Interlocked.Add(ref _foreign, report.Offset.Value - _outputPosition);
            Volatile.Write(ref _outputPosition, report.Offset.Value + 1);
        }
        told?.Invoke(report.Error.IsError ? null : report.Offset.Value);
        Interlocked.Increment(ref _settled);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lane}: an answer was not delivered: {Code} {Reason}")]
    static partial void Refused(ILogger logger, LaneId lane, ErrorCode code, string reason);
}
