using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Api.Activity.Ingest;

/// <summary>
/// Publishes events straight to Kafka and answers when the broker has them: no row is written for one. It has a producer of its own, which gathers for a moment, for here many small
/// messages come at once that nobody waits for in a chain.
/// </summary>
sealed class ActivityPublisher : IDisposable
{
    const string Source = "/orchestrator/activity";

    readonly KafkaProducer _producer;
    readonly MessageContract _contract;
    readonly TimeProvider _time;
    readonly int _most;
    readonly TimeSpan _within;
    int _underWay;

    public ActivityPublisher(IOptions<IngestOptions> options, KafkaOptions kafka, MessageCatalog catalog, TimeProvider time, ILogger<KafkaProducer> logger, MessagingTelemetry? telemetry = null,
        WireFormats? formats = null)
    {
        _producer = new KafkaProducer(kafka.WithLinger(options.Value.LingerMs), logger, telemetry, "activity", formats);
        _contract = catalog.Of(typeof(ActivityRecorded));
        _time = time;
        _most = options.Value.MaxUnderWay;
        _within = TimeSpan.FromMilliseconds(options.Value.AcknowledgeWithinMs);
    }

    /// <summary>Publishes events and waits until the broker has them all.</summary>
    public async Task<Publishing> PublishAsync(List<ActivityRecorded> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return Publishing.Acknowledged;
        // What waits for a broker that is away goes on waiting, and counts.
        if (Interlocked.Add(ref _underWay, events.Count) > _most)
        {
            Interlocked.Add(ref _underWay, -events.Count);
            return Publishing.TooManyUnderWay;
        }
        var trace = System.Diagnostics.Activity.Current?.Id;
        var delivery = new Delivery(this, events.Count);
        foreach (var recorded in events)
        {
            // The producer's queue has room for many times as many as may be under way.
            await _producer.ProduceAsync(OutgoingMessage.Of(_contract, recorded, recorded.EventId, Source, recorded.ReceivedAt ?? recorded.CreatedAt, trace), delivery.Delivered, CancellationToken.None);
        }
        try
        {
            return await delivery.All.WaitAsync(_within, _time, cancellationToken) ? Publishing.Acknowledged : Publishing.NotAcknowledged;
        }
        catch (TimeoutException)
        {
            return Publishing.NotAcknowledged;
        }
    }

    public void Dispose() => _producer.Dispose();

    /// <summary>The events of a request on their way.</summary>
    sealed class Delivery(ActivityPublisher publisher, int count)
    {
        readonly TaskCompletionSource<bool> _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _left = count;
        int _lost;

        /// <summary>Ends when all are answered: whether the broker has all.</summary>
        public Task<bool> All => _all.Task;

        public void Delivered(bool isThere)
        {
            Interlocked.Decrement(ref publisher._underWay);
            if (!isThere)
                Interlocked.Increment(ref _lost);
            if (Interlocked.Decrement(ref _left) == 0)
                _all.TrySetResult(Volatile.Read(ref _lost) == 0);
        }
    }
}

/// <summary>What became of events that were to be published.</summary>
enum Publishing
{
    /// <summary>The broker has them.</summary>
    Acknowledged,

    /// <summary>Nothing was done: as many as may be are under way.</summary>
    TooManyUnderWay,

    /// <summary>The broker has not said so in time. It may have them, and may yet get them.</summary>
    NotAcknowledged,
}
