using Orchestrator.Broker.Groups;
using Orchestrator.Broker.Protocol;
using Orchestrator.Broker.Requests;
using Orchestrator.Broker.Server;
using Orchestrator.Broker.Topics;
using Orchestrator.Broker.Transactions;
using Orchestrator.Broker.Transactions.Requests;

namespace Orchestrator.Broker;

/// <summary>
/// A Kafka cluster of one broker, on the loopback interface, in this process. docs/design/broker.md says what it answers and what it does not.
/// All members may be called from any thread.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    const string ClusterFile = "cluster-id";
    const string LockFile = "lock";

    readonly BrokerNode _node;
    readonly RequestRouter _router;
    readonly GroupCoordinator _groups;
    readonly GroupOffsets _offsets;
    readonly TransactionCoordinator _transactions;
    readonly FileStream? _locked;
    readonly SemaphoreSlim _gate = new(1, 1);
    BrokerListener? _listener;
    bool _disposed;

    KafkaBroker(BrokerNode node, GroupOffsets offsets, TransactionStore transactions, FileStream? locked)
    {
        _node = node;
        _locked = locked;
        _groups = new GroupCoordinator(node.Time, new GroupOptions());
        _offsets = offsets;
        _transactions = new TransactionCoordinator(
            transactions, partition => node.Topics.Find(partition.Topic, partition.Number), _offsets, node.NextProducerId, node.Time, new TransactionOptions());
        _transactions.Recover(node.Topics.All.SelectMany(t => t.Partitions));
        node.Topics.Deleted += _offsets.Forget;
        node.Topics.Deleted += _transactions.Forget;
        var groups = new GroupRequests(
            _groups, _offsets, (topic, partition) => node.Topics.Find(topic, partition) is not null, _transactions.HoldsPosition, BrokerNode.Id, BrokerNode.Host, () => node.Port);
        _router = new RequestRouter(node, [.. GroupHandler.All(node, groups), .. TransactionHandler.All(node, _transactions, _groups)]);
        _listener = new BrokerListener(node, _router, node.Options.Port ?? 0);
        node.Port = _listener.Port;
    }

    /// <summary>Where clients connect: host:port.</summary>
    public string BootstrapServers => $"{BrokerNode.Host}:{_node.Port}";

    /// <summary>The cluster's id: as long-lived as its directory.</summary>
    public string ClusterId => _node.ClusterId;

    /// <summary>Starts a broker; it serves when this returns.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">An option is out of range.</exception>
    /// <exception cref="IOException">The chosen port is taken, or another broker has the directory.</exception>
    public static KafkaBroker Start(BrokerOptions options, TimeProvider time)
    {
        options.Validate();
        FileStream? locked = null;
        TopicRegistry? topics = null;
        GroupOffsets? offsets = null;
        TransactionStore? transactions = null;
        try
        {
            var clusterId = NewClusterId(time);
            if (options.Directory is { } directory)
            {
                Directory.CreateDirectory(directory);
                locked = new FileStream(Path.Combine(directory, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                clusterId = StoredClusterId(directory, clusterId);
            }
            topics = new TopicRegistry(options);
            offsets = new GroupOffsets(options.Directory);
            transactions = new TransactionStore(options.Directory, new TransactionOptions());
            return new KafkaBroker(new BrokerNode(options, clusterId, topics, time), offsets, transactions, locked);
        }
        catch
        {
            transactions?.Dispose();
            offsets?.Dispose();
            topics?.Dispose();
            locked?.Dispose();
            throw;
        }
    }

    static string NewClusterId(TimeProvider time) => Convert.ToBase64String(Guid.CreateVersion7(time.GetUtcNow()).ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    static string StoredClusterId(string directory, string otherwise)
    {
        var path = Path.Combine(directory, ClusterFile);
        if (!File.Exists(path))
            File.WriteAllText(path, otherwise);
        return File.ReadAllText(path);
    }

    /// <summary>Creates a topic.</summary>
    /// <returns>False when it exists, with whatever partitions it has.</returns>
    /// <exception cref="ArgumentException">The name or the number of partitions is not possible.</exception>
    public bool CreateTopic(string name, int partitions, IReadOnlyDictionary<string, string>? settings = null) =>
        _node.Topics.Create(name, partitions, settings ?? new Dictionary<string, string>(StringComparer.Ordinal)) switch
        {
            KafkaError.None => true,
            KafkaError.TopicAlreadyExists => false,
            var error => throw new ArgumentException($"{error}: {name} with {partitions} partitions", nameof(name)),
        };

    /// <summary>Deletes a topic with all that is in it.</summary>
    /// <returns>False when there is none of that name.</returns>
    public bool DeleteTopic(string name) => _node.Topics.Delete(name) == KafkaError.None;

    /// <summary>Forgets a partition's records before an offset, as retention does.</summary>
    /// <exception cref="ArgumentException">There is no such partition or offset.</exception>
    public void DeleteRecords(string topic, int partition, long beforeOffset)
    {
        var error = _node.Topics.Find(topic, partition)?.DeleteBefore(beforeOffset) ?? KafkaError.UnknownTopicOrPartition;
        if (error != KafkaError.None)
            throw new ArgumentException($"{error}: {topic} {partition} before {beforeOffset}", nameof(beforeOffset));
    }

    /// <summary>Fault: cuts off all clients and refuses new ones, until <see cref="GoUpAsync"/>. What is stored stays.</summary>
    public async Task GoDownAsync()
    {
        await _gate.WaitAsync();
        try
        {
            if (_listener is not null)
                await _listener.DisposeAsync();
            _listener = null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends <see cref="GoDownAsync"/>.</summary>
    /// <exception cref="IOException">Somebody has taken the port meanwhile.</exception>
    public async Task GoUpAsync()
    {
        await _gate.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _listener ??= new BrokerListener(_node, _router, _node.Port);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Fault: how much later every answer comes.</summary>
    public TimeSpan AnswerDelay
    {
        get => _node.Faults.Delay;
        set => _node.Faults.Delay = value;
    }

    /// <summary>Fault: the next requests of a kind are answered with these errors, one each. Produce, Fetch, ListOffsets and InitProducerId can fail so.</summary>
    public void FailNext(ApiKey api, IEnumerable<KafkaError> errors) => _node.Faults.Push(api, errors);

    /// <summary>Cuts off all clients and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await GoDownAsync();
        if (_disposed)
            return;
        _disposed = true;
        _groups.Dispose();
        _transactions.Dispose();
        _offsets.Dispose();
        _node.Topics.Dispose();
        if (_locked is not null)
            await _locked.DisposeAsync();
    }
}
