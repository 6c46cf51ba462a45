using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Kafka;

/// <summary>
/// The process's one producer: idempotent, in order, never giving up by itself. A fatal error of the client replaces it; whoever had messages
/// under way is told that they failed and publishes them again from its outbox, in order.
/// </summary>
public sealed partial class KafkaProducer : IDisposable
{
    static readonly TimeSpan FullQueuePause = TimeSpan.FromMilliseconds(5);

    // Of a request under way: the client's socket.timeout.ms, and some more.
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(65);

    readonly KafkaOptions _options;
    readonly ILogger<KafkaProducer> _logger;
    readonly Lock _lock = new();
    IProducer<byte[], byte[]> _producer;
    bool _disposed;

    /// <summary>Connects in the background; producing may begin at once.</summary>
    public KafkaProducer(KafkaOptions options, ILogger<KafkaProducer> logger)
    {
        _options = options;
        _logger = logger;
        _producer = Build();
    }

    /// <summary>Hands a message to the client, waiting while its queue is full.</summary>
    /// <param name="message">The message.</param>
    /// <param name="delivered">Told once: whether the broker has it. Called on the client's thread, so it must be quick.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask ProduceAsync(OutgoingMessage message, Action<bool> delivered, CancellationToken cancellationToken)
    {
        var kafka = KafkaWire.ToKafka(message);
        while (!TryProduce(message.Topic, kafka, delivered))
            await Task.Delay(FullQueuePause, cancellationToken);
    }

    bool TryProduce(string topic, Message<byte[], byte[]> message, Action<bool> delivered)
    {
        try
        {
            Volatile.Read(ref _producer).Produce(topic, message, report =>
            {
                if (report.Error.IsError)
                    NotDelivered(_logger, topic, report.Error.Code, report.Error.Reason);
                delivered(!report.Error.IsError);
            });
            return true;
        }
        catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (KafkaException e)
        {
            NotDelivered(_logger, topic, e.Error.Code, e.Error.Reason);
            delivered(false);
            return true;
        }
        catch (ObjectDisposedException)
        {
            delivered(false);
            return true;
        }
    }

    IProducer<byte[], byte[]> Build() =>
        new ProducerBuilder<byte[], byte[]>(_options.ProducerConfig())
            .SetErrorHandler(OnError)
            .SetLogHandler((_, log) => ClientLog(_logger, log.Message))
            .Build();

    void OnError(IProducer<byte[], byte[]> producer, Error error)
    {
        ClientError(_logger, error.Code, error.Reason);
        if (error.IsFatal)
            _ = Task.Run(() => Replace(producer));
    }

    void Replace(IProducer<byte[], byte[]> failed)
    {
        lock (_lock)
        {
            if (_disposed || !ReferenceEquals(failed, _producer))
                return;
            Volatile.Write(ref _producer, Build());
        }
        // Whoever has messages under way waits to be told: each is answered or times out, and only then may the old one go.
        failed.Flush(LongestAnswer);
        failed.Dispose();
        Replaced(_logger);
    }

    /// <summary>Waits shortly for what is under way, then closes.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }
        _producer.Flush(TimeSpan.FromSeconds(2));
        _producer.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not delivered to {Topic}: {Code} {Reason}")]
    static partial void NotDelivered(ILogger logger, string topic, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Producer: {Code} {Reason}")]
    static partial void ClientError(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Producer: {Message}")]
    static partial void ClientLog(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The producer had a fatal error and was replaced; lanes publish again from their outboxes")]
    static partial void Replaced(ILogger logger);
}
