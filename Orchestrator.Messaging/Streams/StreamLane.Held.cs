using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Messaging.Streams;

/// <summary>What was read and waits for room, a schema or a fresh lease, and what is passed over.</summary>
internal sealed partial class StreamLane
{
    /// <inheritdoc />
    public void PassOver(Gap gap)
    {
        lock (_gate)
        {
            ref var position = ref _positions[_topics.Length == 1 ? 0 : Array.IndexOf(_topics, gap.Topic)];
            if (gap.Holds(position is NotRead ? 0 : position))
                Volatile.Write(ref position, gap.End);
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
