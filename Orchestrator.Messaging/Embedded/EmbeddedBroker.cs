using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Confluent.Kafka;
using Orchestrator.Messaging.Clusters;

namespace Orchestrator.Messaging.Embedded;

/// <summary>
/// A Kafka cluster inside this process, on the loopback interface: librdkafka's mock cluster, which speaks the wire protocol and keeps
/// what it is sent in memory, at most 5,242,880 bytes a partition. docs/design/embedded.md says what it can and cannot do.
/// All members may be called from any thread.
/// </summary>
public sealed class EmbeddedBroker : IDisposable, IAsyncDisposable
{
    const int AllBrokers = -1;

    // Who creates a topic needs to know that the cluster lives in this very process.
    static readonly ConcurrentDictionary<string, EmbeddedBroker> Hosted = new(StringComparer.Ordinal);

    readonly Lock _gate = new();
    readonly LibrdkafkaClient _host;
    readonly FixedPort? _fixedPort;
    readonly Lazy<string> _clusterId;
    nint _cluster;

    EmbeddedBroker(LibrdkafkaClient host, nint cluster, int? port)
    {
        _host = host;
        _cluster = cluster;
        BootstrapServers = Marshal.PtrToStringUTF8(Librdkafka.MockClusterBootstraps(cluster))!;
        if (port is { } chosen)
        {
            _fixedPort = new FixedPort(listeningOn: int.Parse(BootstrapServers.AsSpan(BootstrapServers.LastIndexOf(':') + 1)), chosen);
            _fixedPort.TakeOver();
            Librdkafka.MockBrokerSetHostPort(cluster, 1, "127.0.0.1", chosen);
            BootstrapServers = $"127.0.0.1:{chosen}";
        }

        _clusterId = new Lazy<string>(
            () => new ClusterFacts(new ClientConfig { BootstrapServers = BootstrapServers }).ClusterId(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Where clients connect: host:port, comma-separated.</summary>
    public string BootstrapServers { get; }

    /// <summary>The id that the cluster tells its clients; another one each time a cluster starts.</summary>
    /// <exception cref="KafkaException">No broker answers within ten seconds.</exception>
    public string ClusterId => _clusterId.Value;

    /// <summary>Starts a cluster; it serves when this returns.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of range.</exception>
    /// <exception cref="IOException">The chosen port is taken.</exception>
    public static EmbeddedBroker Start(EmbeddedBrokerOptions? options = null)
    {
        options ??= new EmbeddedBrokerOptions();
        options.Validate();
        var client = LibrdkafkaClient.Create(
        [
            new("client.id", "embedded-broker"),
            new("log_level", "3"),
            new("enable.metrics.push", "false"),
        ]);
        var started = Librdkafka.MockClusterNew(client.Handle, options.Brokers);
        if (started == 0)
        {
            client.Dispose();
            throw new InvalidOperationException("librdkafka could not start its mock cluster.");
        }

        try
        {
            // Without a controller, a client that looks for one waits for ever.
            Check(Librdkafka.MockSetControllerId(started, 1));
            var broker = new EmbeddedBroker(client, started, options.Port);
            foreach (var topic in options.Topics)
            {
                broker.CreateTopic(topic, options.Partitions);
            }

            Hosted[broker.BootstrapServers] = broker;
            return broker;
        }
        catch
        {
            Librdkafka.MockClusterDestroy(started);
            client.Dispose();
            throw;
        }
    }

    /// <summary>The cluster of this process that serves at these addresses, or null.</summary>
    public static EmbeddedBroker? FindHosted(string bootstrapServers) => Hosted.GetValueOrDefault(bootstrapServers);

    // What librdkafka calls its mock clusters, followed by an address in memory.
    internal static bool Serves(string clusterId) => clusterId.StartsWith("mockCluster", StringComparison.Ordinal);

    /// <summary>Creates a topic. Do so before anybody subscribes: a topic that a client's question creates has four partitions.</summary>
    /// <returns>False when the topic exists already, with whatever partitions it has.</returns>
    public bool CreateTopic(string name, int partitions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var outcome = Call(target => Librdkafka.MockTopicCreate(target, name, partitions, 1));
        if (outcome != ErrorCode.TopicAlreadyExists)
        {
            Check(outcome);
        }

        return outcome == ErrorCode.NoError;
    }

    /// <summary>Deletes a topic with all that is in it.</summary>
    public void DeleteTopic(string name) => Check(Call(target => Librdkafka.MockTopicDelete(target, name)));

    /// <summary>Forgets a partition's messages before an offset, as retention does on a real cluster.</summary>
    public void DeleteRecords(string topic, int partition, long beforeOffset) =>
        Check(Call(target => Librdkafka.MockPartitionDeleteRecords(target, topic, partition, beforeOffset)));

    /// <summary>Closes a broker's connections and refuses new ones; what it has stored stays.</summary>
    public void SetBrokerDown(int id = 1) => Check(Call(target => Librdkafka.MockBrokerSetDown(target, id)));

    /// <summary>Ends <see cref="SetBrokerDown"/>.</summary>
    public void SetBrokerUp(int id = 1) => Check(Call(target =>
    {
        var outcome = Librdkafka.MockBrokerSetUp(target, id);
        if (outcome == ErrorCode.NoError)
        {
            _fixedPort?.TakeOver();
        }

        return outcome;
    }));

    /// <summary>Delays every answer of every broker; zero ends it. Whole milliseconds.</summary>
    public void SetRoundTripDelay(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        Check(Call(target => Librdkafka.MockBrokerSetRoundTrip(target, AllBrokers, (int)delay.TotalMilliseconds)));
    }

    /// <summary>Answers the next requests of a kind with these errors, one each, in order. Local_Transport breaks the connection.</summary>
    public void PushRequestErrors(KafkaRequest request, params ReadOnlySpan<ErrorCode> errors)
    {
        var codes = MemoryMarshal.Cast<ErrorCode, int>(errors);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            Librdkafka.MockPushRequestErrors(_cluster, (short)request, (nuint)codes.Length, codes);
        }
    }

    /// <summary>Forgets the errors of <see cref="PushRequestErrors"/> that no request has met yet.</summary>
    public void ClearRequestErrors(KafkaRequest request) => Call(target =>
    {
        Librdkafka.MockClearRequestErrors(target, (short)request);
        return ErrorCode.NoError;
    });

    /// <summary>Stops the cluster and forgets what it stored. Clients should be closed before: to them every broker is down from here on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_cluster == 0)
            {
                return;
            }

            Hosted.TryRemove(new(BootstrapServers, this));
            Librdkafka.MockClusterDestroy(_cluster);
            _cluster = 0;
            _host.Dispose();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    ErrorCode Call(Func<nint, ErrorCode> call)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            return call(_cluster);
        }
    }

    static void Check(ErrorCode outcome)
    {
        if (outcome != ErrorCode.NoError)
        {
            throw new KafkaException(outcome);
        }
    }
}
