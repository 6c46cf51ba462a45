using Confluent.Kafka;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Kafka;

namespace Orchestrator.Messaging.Lanes;

/// <summary>The messages that were read for a lane and not taken yet: bounded by count and bytes, filled by the consumer, emptied by the lane.</summary>
internal sealed class LaneInbox(int partition, MessagingOptions options, Action wake) : IPartitionSink
{
    readonly Lock _lock = new();
    readonly Queue<ConsumeResult<byte[], byte[]>> _messages = new();
    readonly Dictionary<string, Gap> _gaps = new(StringComparer.Ordinal);
    long _bytes;
    long _takenMs;
    string? _lostPosition;
    bool _hasGaps;

    public int Partition { get; } = partition;

    /// <summary>Set by the consumer alone.</summary>
    public bool IsPaused { get; set; }

    /// <summary>A topic whose stored position is not in Kafka any more.</summary>
    public string? LostPosition => Volatile.Read(ref _lostPosition);

    public int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    public bool ShouldPause
    {
        get
        {
            lock (_lock)
                return !IsPaused && IsFull;
        }
    }

    public bool ShouldResume
    {
        get
        {
            lock (_lock)
                return IsPaused && _messages.Count <= options.LaneBufferMessages / 2 && _bytes <= options.LaneBufferBytes / 2;
        }
    }

    /// <summary>The broker's time of the last message that was taken from here; null before the first.</summary>
    public DateTimeOffset? TakenAt => Volatile.Read(ref _takenMs) is > 0 and var ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null;

    bool IsFull => _messages.Count >= options.LaneBufferMessages || _bytes >= options.LaneBufferBytes;

    /// <summary>Takes in what was read.</summary>
    /// <returns>Whether it is full now: no more until it should resume.</returns>
    public bool Add(ConsumeResult<byte[], byte[]> message)
    {
        bool isFull;
        lock (_lock)
        {
            _messages.Enqueue(message);
            _bytes += Size(message);
            isFull = IsFull;
        }
        wake();
        return isFull;
    }

    /// <summary>Takes what is there, up to <paramref name="most"/>, in order; never waits for more.</summary>
    public List<ConsumeResult<byte[], byte[]>> Take(int most)
    {
        lock (_lock)
        {
            var taken = new List<ConsumeResult<byte[], byte[]>>(Math.Min(most, _messages.Count));
            while (taken.Count < most && _messages.TryDequeue(out var message))
            {
                _bytes -= Size(message);
                taken.Add(message);
            }
            if (taken.Count > 0)
                Volatile.Write(ref _takenMs, taken[^1].Message.Timestamp.UnixTimestampMs);
            return taken;
        }
    }

    /// <summary>Whether there are offsets to pass over.</summary>
    public bool HasGaps => Volatile.Read(ref _hasGaps);

    public void PassOver(Gap gap)
    {
        lock (_lock)
            _gaps[gap.Topic] = gap;
        Volatile.Write(ref _hasGaps, true);
    }

    /// <summary>The offsets to pass over, one gap a topic at most.</summary>
    public IReadOnlyList<Gap> TakeGaps()
    {
        lock (_lock)
        {
            Volatile.Write(ref _hasGaps, false);
            List<Gap> gaps = [.. _gaps.Values];
            _gaps.Clear();
            return gaps;
        }
    }

    public void LosePosition(string topic)
    {
        Volatile.Write(ref _lostPosition, topic);
        wake();
    }

    /// <summary>Forgets what was read, before reading anew from another position.</summary>
    public void FindPosition()
    {
        lock (_lock)
        {
            _messages.Clear();
            _gaps.Clear();
            _bytes = 0;
        }
        Volatile.Write(ref _lostPosition, null);
    }

    static long Size(ConsumeResult<byte[], byte[]> message) => 200 + (message.Message.Value?.Length ?? 0) + (message.Message.Key?.Length ?? 0);
}
