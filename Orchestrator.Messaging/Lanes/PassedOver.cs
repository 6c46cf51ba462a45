namespace Orchestrator.Messaging.Lanes;

/// <summary>
/// How far a lane has passed over messages that are none of its group's, behind what is committed. That goes with the next unit of work; only where none comes it is
/// committed by itself, now and then. Should it be lost, they are passed over again. One lane's loop uses it; <see cref="IsDue"/> may be asked by others.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PassedOver(TimeProvider time)
{
    static readonly TimeSpan CommitAfter = TimeSpan.FromMilliseconds(500);

    readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);
    long _since;

    /// <summary>Whether there is something to commit.</summary>
    public bool Any => _next.Count > 0;

    /// <summary>Whether it has waited for a unit of work for long enough.</summary>
    public bool IsDue => Interlocked.Read(ref _since) is not 0 and var since && time.GetElapsedTime(since) >= CommitAfter;

    /// <summary>They were passed over, and all that stood before them is committed.</summary>
    public void Add(IEnumerable<LaneMessage> messages)
    {
        foreach (var message in messages)
            _next[message.Origin.Topic] = message.Origin.Offset + 1;
        if (_since == 0)
            Interlocked.Exchange(ref _since, time.GetTimestamp());
    }

    /// <summary>The next offset to read, by topic, to be committed with those of a unit.</summary>
    public Dictionary<string, long> Positions() => new(_next, StringComparer.Ordinal);

    /// <summary>So far it is committed.</summary>
    public void Committed(IReadOnlyDictionary<string, long> positions)
    {
        foreach (var (topic, next) in positions)
        {
            if (_next.TryGetValue(topic, out var passed) && passed <= next)
                _next.Remove(topic);
        }
        if (_next.Count == 0)
            Interlocked.Exchange(ref _since, 0);
    }

    /// <summary>The topic is read from elsewhere.</summary>
    public void Forget(string topic) => _next.Remove(topic);
}
