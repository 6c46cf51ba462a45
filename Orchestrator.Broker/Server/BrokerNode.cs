using Orchestrator.Broker.Faults;
using Orchestrator.Broker.Topics;

namespace Orchestrator.Broker.Server;

/// <summary>What every request may look at: the one broker of the cluster.</summary>
internal sealed class BrokerNode(BrokerOptions options, string clusterId, TopicRegistry topics, TimeProvider time)
{
    public const int Id = 1;
    public const string Host = "127.0.0.1";

    // Begins behind every id that an earlier process can have given out: no one asks for a thousand a millisecond.
    long _producerId = time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000;

    public BrokerOptions Options { get; } = options;

    public string ClusterId { get; } = clusterId;

    public TopicRegistry Topics { get; } = topics;

    public TimeProvider Time { get; } = time;

    public FaultPlan Faults { get; } = new();

    /// <summary>Known once the broker listens.</summary>
    public int Port { get; set; }

    public long NextProducerId() => Interlocked.Increment(ref _producerId);
}
