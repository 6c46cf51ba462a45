using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;

namespace Orchestrator.Messaging.Telemetry;

/// <summary>What the process's Kafka clients count, and what librdkafka says of itself: meter <c>Orchestrator.Kafka</c>.</summary>
public sealed class KafkaTelemetry : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Orchestrator.Kafka";

    /// <summary>How often producers tell their statistics, unless the client property <c>statistics.interval.ms</c> says otherwise, in milliseconds.</summary>
    public const int StatisticsIntervalMs = 15_000;

    readonly Meter _meter;
    readonly Counter<long> _producerErrors;
    readonly Counter<long> _consumerErrors;
    readonly ConcurrentDictionary<string, ProducerFigures> _producers = new(StringComparer.Ordinal);

    internal KafkaTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _producerErrors = _meter.CreateCounter<long>("orchestrator.producer.errors", "{error}", "Errors of producers, by librdkafka's name: connections that broke, messages that were not delivered");
        _consumerErrors = _meter.CreateCounter<long>("orchestrator.consumer.errors", "{error}", "Errors of consumers, by librdkafka's name");
        Gauge("orchestrator.kafka.round_trip", "s", "How long a producer's requests took, by broker, over the last interval of statistics: avg, p50, p99 and max", RoundTrips);
        Gauge("orchestrator.kafka.broker_up", "{broker}", "Whether a producer is connected to a broker", (p, _) => Brokers(p, b => b.IsUp ? 1 : 0));
        Gauge("orchestrator.kafka.producer_queue", "{message}", "Messages in a producer, under way or waiting to be sent", (p, s) => [new(s.Queued, p.Tag)]);
        _meter.CreateObservableCounter(
            "orchestrator.kafka.request_errors", () => Known((p, _) => Errors(p)).Select(m => new Measurement<long>((long)m.Value, m.Tags)), "{request}",
            "Requests of producers to brokers that failed, by how: send, receive, timeout");
    }

    /// <summary>The figures of a producer: the same name, the same figures, whichever client is behind them.</summary>
    internal ProducerFigures Producer(string client) => _producers.GetOrAdd(client, static (name, telemetry) => new ProducerFigures(name, telemetry), this);

    internal void BeginProducer(KeyValuePair<string, object?> client) => _producerErrors.Add(0, client, new("code", nameof(ErrorCode.Local_Transport)));

    internal void BeginConsumer(string group) => _consumerErrors.Add(0, new("group", group), new("code", nameof(ErrorCode.Local_Transport)));

    internal void ProducerFailed(KeyValuePair<string, object?> client, ErrorCode code) => _producerErrors.Add(1, client, new("code", code.ToString()));

    internal void ConsumerFailed(string group, ErrorCode code) => _consumerErrors.Add(1, new("group", group), new("code", code.ToString()));

    void Gauge(string name, string unit, string description, Func<ProducerFigures, ClientStatistics, IEnumerable<Measurement<double>>> of) =>
        _meter.CreateObservableGauge(name, () => Known(of), unit, description);

    IEnumerable<Measurement<double>> Known(Func<ProducerFigures, ClientStatistics, IEnumerable<Measurement<double>>> of) =>
        from producer in _producers.Values
        let latest = producer.Latest
        where latest is not null
        from measurement in of(producer, latest)
        select measurement;

    static IEnumerable<Measurement<double>> RoundTrips(ProducerFigures producer, ClientStatistics statistics) =>
        from broker in statistics.Brokers
        from value in new (string Stat, double Seconds)[]
        {
            ("avg", broker.RoundTrip.Average), ("p50", broker.RoundTrip.P50), ("p99", broker.RoundTrip.P99), ("max", broker.RoundTrip.Longest),
        }
        select new Measurement<double>(value.Seconds, producer.Tag, new("broker", broker.Id), new("stat", value.Stat));

    static IEnumerable<Measurement<double>> Brokers(ProducerFigures producer, Func<BrokerStatistics, double> value) =>
        producer.Latest!.Brokers.Select(b => new Measurement<double>(value(b), producer.Tag, new KeyValuePair<string, object?>("broker", b.Id)));

    static IEnumerable<Measurement<double>> Errors(ProducerFigures producer) =>
        from broker in producer.Latest!.Brokers
        from value in new (string Kind, long Count)[] { ("send", broker.SendErrors), ("receive", broker.ReceiveErrors), ("timeout", broker.Timeouts) }
        select new Measurement<double>(value.Count, producer.Tag, new("broker", broker.Id), new("kind", value.Kind));

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}

/// <summary>What one producer of the process says of itself.</summary>
internal sealed class ProducerFigures
{
    readonly KafkaTelemetry _telemetry;
    volatile ClientStatistics? _latest;
    int _reading;

    internal ProducerFigures(string client, KafkaTelemetry telemetry)
    {
        _telemetry = telemetry;
        Tag = new("client", client);
        telemetry.BeginProducer(Tag);
    }

    /// <summary>Its name as a label.</summary>
    public KeyValuePair<string, object?> Tag { get; }

    /// <summary>What it said last; null before the first time.</summary>
    public ClientStatistics? Latest => _latest;

    /// <summary>Counts an error.</summary>
    public void Failed(ErrorCode code) => _telemetry.ProducerFailed(Tag, code);

    /// <summary>Takes statistics from the client's own thread, which has better things to do than to read them. What comes while others are being read is left out.</summary>
    public void Told(string json)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 0)
            _ = Task.Run(() => Read(json));
    }

    void Read(string json)
    {
        _latest = ClientStatistics.Read(json) ?? _latest;
        Volatile.Write(ref _reading, 0);
    }
}
