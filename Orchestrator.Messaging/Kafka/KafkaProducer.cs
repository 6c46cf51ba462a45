using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

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
    readonly ProducerFigures? _figures;
    readonly double _lingerMs;
    readonly WireFormats _formats;
    readonly Lock _lock = new();
    Client _producer;
    bool _disposed;
    int _generation;
    Task _abandoned = Task.CompletedTask;

    /// <summary>Connects in the background; producing may begin at once.</summary>
    /// <param name="options">How to reach the cluster.</param>
    /// <param name="logger">Gets what happens.</param>
    /// <param name="telemetry">Counts what fails, and shows what the client says of itself.</param>
    /// <param name="client">The producer's name there.</param>
    /// <param name="formats">In which format messages travel; JSON alone when null.</param>
    public KafkaProducer(KafkaOptions options, ILogger<KafkaProducer> logger, MessagingTelemetry? telemetry = null, string client = "lanes", WireFormats? formats = null)
        : this(options, options.LingerMs, logger, telemetry?.Kafka.Producer(client), formats)
    {
    }

    internal KafkaProducer(KafkaOptions options, double lingerMs, ILogger<KafkaProducer> logger, ProducerFigures? figures = null, WireFormats? formats = null)
    {
        _formats = formats ?? WireFormats.JsonOnly;
        _options = options;
        _figures = figures;
        _lingerMs = lingerMs;
        _logger = logger;
        _producer = Build();
    }

    /// <summary>Rises each time that what was under way is abandoned: nobody is told then.</summary>
    internal int Generation => Volatile.Read(ref _generation);

    /// <summary>Why a message was not delivered last; null when none has been refused.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>
    /// Hands a message to the client, in the format of its topic, waiting while its queue is full. One that cannot be encoded, for the schema registry is away, is not delivered:
    /// it stays where it is stored, and whoever has stored it tries again.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="delivered">Told once: whether the broker has it. Called on the client's thread, so it must be quick.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask ProduceAsync(OutgoingMessage message, Action<bool> delivered, CancellationToken cancellationToken)
    {
        if (!_formats.IsJson(message.Topic))
        {
            try
            {
                message = await _formats.EncodeAsync(message, cancellationToken);
            }
            catch (Exception e) when (e is RegistryAwayException or SchemaException)
            {
                LastRefusal = e.Message;
                NotEncoded(_logger, message.Type, message.Topic, e);
                delivered(false);
                return;
            }
        }
        var kafka = KafkaWire.ToKafka(message);
        while (!TryProduce(message.Topic, kafka, delivered))
            await Task.Delay(FullQueuePause, cancellationToken);
    }

    bool TryProduce(string topic, Message<byte[], byte[]> message, Action<bool> delivered) =>
        TryProduce(new TopicPartition(topic, Partition.Any), message, report =>
        {
            if (report.Error.IsError)
            {
                Failed(report.Error.Code);
                LastRefusal = report.Error.Reason;
                NotDelivered(_logger, topic, report.Error.Code, report.Error.Reason);
            }
            delivered(!report.Error.IsError);
        });

    /// <summary>Hands a message to the client.</summary>
    /// <param name="to">Where; any partition means that of its key.</param>
    /// <param name="message">The message.</param>
    /// <param name="report">Told once whether the broker has it, and where. Called on the client's thread, so it must be quick.</param>
    /// <returns>False when the client's queue is full.</returns>
    internal bool TryProduce(TopicPartition to, Message<byte[], byte[]> message, Action<DeliveryReport<byte[], byte[]>> report)
    {
        if (Enter() is not { } client)
        {
            Refuse(to, new Error(ErrorCode.Local_Destroy), report);
            return true;
        }
        try
        {
            client.Producer.Produce(to, message, report);
            return true;
        }
        catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (KafkaException e)
        {
            Refuse(to, e.Error, report);
            return true;
        }
        finally
        {
            client.Exit();
        }
    }

    /// <summary>Counts a message that was not delivered.</summary>
    internal void Failed(ErrorCode code) => _figures?.Failed(code);

    // One that is to go is not entered any more; whoever has read it before looks again, for there is another, unless it is all over.
    Client? Enter()
    {
        while (true)
        {
            var client = Volatile.Read(ref _producer);
            if (client.TryEnter())
                return client;
            if (Volatile.Read(ref _disposed))
                return null;
        }
    }

    static void Refuse(TopicPartition to, Error error, Action<DeliveryReport<byte[], byte[]>> report)
    {
        report(new DeliveryReport<byte[], byte[]> { Topic = to.Topic, Partition = to.Partition, Error = error });
    }

    /// <summary>Ends when what was abandoned last can send nothing more.</summary>
    internal Task Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>
    /// Gives up what the client of this generation has not sent yet, and goes on with a new one. Of what was under way nobody is told what became of it. Nothing happens
    /// when that has been done.
    /// </summary>
    internal void Abandon(int generation)
    {
        lock (_lock)
        {
            if (_disposed || generation != _generation)
                return;
            var abandoned = _producer;
            Volatile.Write(ref _producer, Build());
            // It waits for its own threads.
            Volatile.Write(ref _abandoned, Task.Run(abandoned.Dispose));
            Interlocked.Increment(ref _generation);
        }
    }

    Client Build()
    {
        var config = new ProducerConfig(_options.ProducerConfig()) { LingerMs = _lingerMs };
        var builder = new ProducerBuilder<byte[], byte[]>(config).SetErrorHandler(OnError).SetLogHandler((_, log) => ClientLog(_logger, log.Message));
        if (_figures is { } figures)
        {
            config.StatisticsIntervalMs ??= KafkaTelemetry.StatisticsIntervalMs;
            builder.SetStatisticsHandler((_, json) => figures.Told(json));
        }
        return new Client(builder.BuildSignedIn(config));
    }

    void OnError(IProducer<byte[], byte[]> producer, Error error)
    {
        Failed(error.Code);
        ClientError(_logger, error.Code, error.Reason);
        if (error.IsFatal)
            _ = Task.Run(() => Replace(producer));
    }

    void Replace(IProducer<byte[], byte[]> failed)
    {
        Client replaced;
        lock (_lock)
        {
            if (_disposed || !ReferenceEquals(failed, _producer.Producer))
                return;
            replaced = _producer;
            Volatile.Write(ref _producer, Build());
        }
        // Whoever has messages under way waits to be told: each is answered or times out, and only then may the old one go.
        failed.Flush(LongestAnswer);
        replaced.Dispose();
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
        _producer.Producer.Flush(TimeSpan.FromSeconds(2));
        _producer.Dispose();
    }

    /// <summary>A client that goes only when nobody is inside: it frees what whoever is inside works with.</summary>
    sealed class Client(IProducer<byte[], byte[]> producer) : IDisposable
    {
        int _inside;
        bool _isGoing;

        public IProducer<byte[], byte[]> Producer => producer;

        public bool TryEnter()
        {
            Interlocked.Increment(ref _inside);
            if (!Volatile.Read(ref _isGoing))
                return true;
            Interlocked.Decrement(ref _inside);
            return false;
        }

        public void Exit() => Interlocked.Decrement(ref _inside);

        public void Dispose()
        {
            Interlocked.Exchange(ref _isGoing, true);
            SpinWait.SpinUntil(() => Volatile.Read(ref _inside) == 0);
            producer.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Not delivered to {Topic}: {Code} {Reason}")]
    static partial void NotDelivered(ILogger logger, string topic, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type} is not published to {Topic} yet: it cannot be encoded")]
    static partial void NotEncoded(ILogger logger, string type, string topic, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Producer: {Code} {Reason}")]
    static partial void ClientError(ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Producer: {Message}")]
    static partial void ClientLog(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The producer had a fatal error and was replaced; lanes publish again from their outboxes")]
    static partial void Replaced(ILogger logger);
}
