namespace Orchestrator.Messaging.Replay;

/// <summary>How far a replay is in a partition, as its run moves it on.</summary>
/// <param name="begin">Where it stands.</param>
internal sealed class PartitionCourse(PartitionProgress begin)
{
    /// <summary>Its number.</summary>
    public int Partition { get; } = begin.Partition;

    /// <summary>The first offset of the range.</summary>
    public long First { get; } = begin.First;

    /// <summary>The offset behind its last message.</summary>
    public long End { get; } = begin.End;

    /// <summary>The next offset to read.</summary>
    public long Position { get; private set; } = begin.Position;

    /// <summary>How many messages were taken.</summary>
    public long Taken { get; private set; } = begin.Taken;

    /// <summary>Their keys and bodies together.</summary>
    public long Bytes { get; private set; } = begin.Bytes;

    /// <summary>Offsets that retention had deleted.</summary>
    public long Deleted { get; private set; } = begin.Deleted;

    /// <summary>The latest time of a message so far, milliseconds since 1970.</summary>
    public long ClockMs { get; private set; } = begin.ClockMs;

    /// <summary>What the target itself remembers.</summary>
    public long Mark { get; set; } = begin.Mark;

    /// <summary>Whether all of it was read.</summary>
    public bool IsDone => Position >= End;

    /// <summary>As it is stored.</summary>
    public PartitionProgress Progress => new(Partition, First, End, Position, Taken, Bytes, Deleted, ClockMs, Mark);

    /// <summary>A message was read and is none of those that are wanted.</summary>
    public void PassOver(ScannedMessage message) => (Position, ClockMs) = (message.Offset + 1, message.ClockMs);

    /// <summary>A message was taken.</summary>
    public void Take(ScannedMessage message)
    {
        PassOver(message);
        Taken++;
        Bytes += message.Size;
    }

    /// <summary>Nothing more is to be read: what lies between is none of the range's messages.</summary>
    public void Finish() => Position = End;

    /// <summary>Retention was faster: the next message is at <paramref name="low"/>.</summary>
    public void Skip(long low)
    {
        var to = Math.Min(low, End);
        Deleted += to - Position;
        Position = to;
    }

    /// <summary>The target shows that the replay had come further than was written down.</summary>
    public void Recover(long taken, long bytes, long position, long clockMs) =>
        (Taken, Bytes, Position, ClockMs) = (taken, bytes, Math.Max(Position, position), Math.Max(ClockMs, clockMs));
}
