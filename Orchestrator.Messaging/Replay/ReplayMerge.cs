using Confluent.Kafka;

namespace Orchestrator.Messaging.Replay;

/// <summary>
/// Brings the messages of several partitions into one order: by the latest time that their partition has shown so far, then by partition, then by offset. The order is a
/// function of the partitions alone, whatever came first from the network and wherever each was gone on with; so "the earliest thousand" are always the same thousand.
/// </summary>
internal sealed class ReplayMerge
{
    readonly Dictionary<int, Queued> _partitions = [];

    // By their numbers.
    Queued[] _inOrder = [];

    /// <summary>Goes on with a partition.</summary>
    public void Add(int partition, long clockMs)
    {
        _partitions.Add(partition, new Queued(clockMs));
        _inOrder = [.. _partitions.OrderBy(p => p.Key).Select(p => p.Value)];
    }

    /// <summary>What waits, in bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Partitions of which more may come.</summary>
    public IEnumerable<int> Open => _partitions.Where(p => !p.Value.IsClosed).Select(p => p.Key);

    /// <summary>How many messages of a partition wait.</summary>
    public int Count(int partition) => _partitions.TryGetValue(partition, out var queued) ? queued.Waiting.Count : 0;

    /// <summary>A message has come; those of a partition come in order.</summary>
    public void Add(ConsumeResult<byte[], byte[]> result)
    {
        var queued = _partitions[result.Partition.Value];
        queued.ClockMs = Math.Max(queued.ClockMs, result.Message.Timestamp.UnixTimestampMs);
        queued.Waiting.Enqueue(new ScannedMessage(result, queued.ClockMs));
        Bytes += ScannedMessage.SizeOf(result);
    }

    /// <summary>Nothing more comes of a partition.</summary>
    public void Close(int partition) => _partitions[partition].IsClosed = true;

    /// <summary>The next in order; null while a partition that is not closed has nothing waiting, which might come before, and when all is over.</summary>
    public ScannedMessage? TryTake()
    {
        Queued? first = null;
        foreach (var queued in _inOrder)
        {
            if (queued.Waiting.TryPeek(out var head))
            {
                // Of equal times the lower partition is first: they are looked at in their order.
                if (first is null || head.ClockMs < first.Waiting.Peek().ClockMs)
                    first = queued;
            }
            else if (!queued.IsClosed)
            {
                return null;
            }
        }
        if (first is null)
            return null;
        var taken = first.Waiting.Dequeue();
        Bytes -= taken.Size;
        return taken;
    }

    sealed class Queued(long clockMs)
    {
        public Queue<ScannedMessage> Waiting { get; } = new();

        public long ClockMs { get; set; } = clockMs;

        public bool IsClosed { get; set; }
    }
}
