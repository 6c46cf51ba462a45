using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Messaging.Streams;

/// <summary>What the lanes of one group in this process share.</summary>
/// <param name="producer">Publishes their answers.</param>
/// <param name="lanes">How many lanes the group has.</param>
internal sealed class StreamRoom(KafkaProducer producer, int lanes) : IDisposable
{
    const int OpeningsAtOnce = 2;

    readonly StreamLane?[] _open = new StreamLane?[lanes];

    /// <summary>Publishes their answers.</summary>
    public KafkaProducer Producer { get; } = producer;

    /// <summary>Few lanes are opened at once: what they read since their snapshots is in memory.</summary>
    public SemaphoreSlim Openings { get; } = new(OpeningsAtOnce);

    /// <summary>One lane writes a snapshot at a time.</summary>
    public SemaphoreSlim Snapshots { get; } = new(1);

    /// <summary>The lane of this partition, while it is open here.</summary>
    public StreamLane? LaneOf(int partition) => Volatile.Read(ref _open[partition]);

    /// <summary>A lane is open: it may be asked.</summary>
    public void Enter(StreamLane lane) => Volatile.Write(ref _open[lane.Partition], lane);

    /// <summary>A lane comes to its end, before another of its partition is opened.</summary>
    public void Leave(StreamLane lane) => Volatile.Write(ref _open[lane.Partition], null);

    public void Dispose()
    {
        Producer.Dispose();
        Openings.Dispose();
        Snapshots.Dispose();
    }
}
