using System.Diagnostics;
using Confluent.Kafka;
using Orchestrator.Cli.Output;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Kafka.Iam;
using Orchestrator.Messaging.Schemas;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Cli.Publishing;

/// <summary>
/// Publishes contracts as a business service would: CloudEvents in binary mode, the contract's topic and key, an idempotent producer.
/// Bounded: when as much is on the way as may be, it waits; nothing is dropped.
/// </summary>
public sealed class TransactionPublisher : IAsyncDisposable
{
    const int MaxOnTheWay = 20_000;
    const string Source = "/orchestrator/cli";
    static readonly TimeSpan QueueFullWait = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(2);

    readonly IProducer<byte[], byte[]> _producer;
    readonly SemaphoreSlim _room = new(MaxOnTheWay);
    readonly TimeProvider _time;
    readonly WireFormats _formats;
    long _published;
    long _delivered;
    long _failed;
    volatile string? _firstError;
    volatile string? _fatal;
    bool _flushed;

    /// <summary>A publisher to the brokers that <paramref name="kafka"/> names.</summary>
    /// <param name="kafka">The brokers, and how to sign in.</param>
    /// <param name="time">The clock.</param>
    /// <param name="formats">How messages are written; as JSON where nothing is said.</param>
    public TransactionPublisher(ClientConfig kafka, TimeProvider time, WireFormats? formats = null)
    {
        _time = time;
        _formats = formats ?? WireFormats.JsonOnly;
        var config = new ProducerConfig(new Dictionary<string, string>(kafka, StringComparer.Ordinal))
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            // As the Java client places keys, so that every language agrees on an account's partition.
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 5,
            MessageTimeoutMs = 120_000,
        };
        _producer = new ProducerBuilder<byte[], byte[]>(config)
            .SetErrorHandler((_, error) => Note(error))
            .SetLogHandler((_, _) => { })
            .BuildSignedIn(config);
    }

    /// <summary>How many the brokers have acknowledged.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>How many were given up; see <see cref="FirstError"/>.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>How many are on the way: neither acknowledged nor given up.</summary>
    public long OnTheWay => Interlocked.Read(ref _published) - Delivered - Failed;

    /// <summary>The first thing that went wrong, when anything has.</summary>
    public string? FirstError => _firstError;

    /// <summary>Publishes <paramref name="message"/> under <paramref name="id"/>; returns as soon as it is on the way.</summary>
    /// <param name="message">A record of the catalog.</param>
    /// <param name="id">ce_id: the same id is the same message.</param>
    /// <param name="cancellationToken">Stops waiting for room.</param>
    /// <param name="acknowledged">Called with the partition once the brokers have it, in a partition's order; never when it is given up.</param>
    /// <exception cref="CommandException"><c>publish_failed</c>: the producer cannot go on. <c>schema_not_registered</c>, <c>schema_registry_away</c> or <c>not_encodable</c>: it cannot be written in the format that was asked for.</exception>
    public async ValueTask PublishAsync(IContract message, Guid id, CancellationToken cancellationToken, Action<int>? acknowledged = null)
    {
        var contract = MessageCatalog.Contracts.Of(message.GetType());
        var outgoing = await WrittenAsync(OutgoingMessage.Of(contract, message, id, Source, _time.GetUtcNow(), Activity.Current?.Id), cancellationToken);
        var kafkaMessage = KafkaWire.ToKafka(outgoing);
        await _room.WaitAsync(cancellationToken);
        try
        {
            _flushed = false;
            while (!TryProduce(outgoing.Topic, kafkaMessage, acknowledged))
                await Task.Delay(QueueFullWait, _time, cancellationToken);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Waits until all that was published is acknowledged or given up.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        // Flush blocks a thread; a short wait each time keeps it stoppable.
        while (await Task.Run(() => _producer.Flush(TimeSpan.FromMilliseconds(200)), cancellationToken) > 0)
            cancellationToken.ThrowIfCancellationRequested();
        _flushed = true;
    }

    /// <summary>The same for a short while only: a broker that is away is not waited for.</summary>
    public async Task FlushBrieflyAsync()
    {
        await Task.Run(() => _producer.Flush(LastFlush));
        _flushed = true;
    }

    /// <summary>Waits a little for what is on the way, unless that was done, and closes the producer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_flushed)
            await FlushBrieflyAsync();
        _producer.Dispose();
        _room.Dispose();
    }

    async ValueTask<OutgoingMessage> WrittenAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await _formats.EncodeAsync(message, cancellationToken);
        }
        catch (RegistryAwayException e)
        {
            throw new CommandException(e.HasAnswered ? "schema_not_registered" : "schema_registry_away", $"{message.Type} cannot be written: {e.Message}", e);
        }
        catch (SchemaException e)
        {
            throw new CommandException("not_encodable", $"{message.Type}: {e.Message}", e);
        }
    }

    bool TryProduce(string topic, Message<byte[], byte[]> message, Action<int>? acknowledged)
    {
        if (_fatal is { } fatal)
            throw new CommandException("publish_failed", fatal);
        try
        {
            _producer.Produce(topic, message, report => Delivery(report, acknowledged));
            Interlocked.Increment(ref _published);
            return true;
        }
        catch (ProduceException<byte[], byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
        catch (ProduceException<byte[], byte[]> e)
        {
            throw new CommandException("publish_failed", e.Error.Reason, e);
        }
    }

    void Delivery(DeliveryReport<byte[], byte[]> report, Action<int>? acknowledged)
    {
        _room.Release();
        if (report.Error.IsError)
        {
            Interlocked.Increment(ref _failed);
            Note(report.Error);
        }
        else
        {
            Interlocked.Increment(ref _delivered);
            acknowledged?.Invoke(report.Partition.Value);
        }
    }

    void Note(Error error)
    {
        _firstError ??= $"{error.Code}: {error.Reason}";
        if (error.IsFatal)
            _fatal = error.Reason;
    }
}
