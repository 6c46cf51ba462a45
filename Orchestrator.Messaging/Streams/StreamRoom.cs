using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Messaging.Streams;

/// <summary>What the lanes of one group in this process share.</summary>
internal sealed class StreamRoom(KafkaProducer producer) : IDisposable
{
    const int OpeningsAtOnce = 2;

    /// <summary>Publishes their answers.</summary>
    public KafkaProducer Producer { get; } = producer;

    /// <summary>Few lanes are opened at once: what they read since their snapshots is in memory.</summary>
    public SemaphoreSlim Openings { get; } = new(OpeningsAtOnce);

    /// <summary>One lane writes a snapshot at a time.</summary>
    public SemaphoreSlim Snapshots { get; } = new(1);

    public void Dispose()
    {
        Producer.Dispose();
        Openings.Dispose();
        Snapshots.Dispose();
    }
}
