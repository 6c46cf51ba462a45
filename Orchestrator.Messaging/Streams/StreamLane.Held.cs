using Confluent.Kafka;

namespace Orchestrator.Messaging.Streams;

/// <summary>What was read and waits for room, a schema or a fresh lease, and the ends that were reached behind it.</summary>
internal sealed partial class StreamLane
{
    /// <inheritdoc />
    public void ReachEnd(ConsumeResult<byte[], byte[]> end)
    {
        lock (_gate)
        {
            if (_held.Count > 0)
                _held.Enqueue(end);
            else
                Take(end);
        }
    }

    void TakeHeld()
    {
        while (_held.Count > 0)
        {
            lock (_gate)
            {
                if (!MayTake || !IsReady(_held.Peek()))
                    return;
                Take(_held.Dequeue());
            }
        }
    }
}
