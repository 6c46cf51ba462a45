namespace Orchestrator.Messaging.Replay;

/// <summary>What is to be replayed, and into what. Bounds are positions: what is published after the replay began is none of it.</summary>
/// <param name="Topic">The topic by its actual name.</param>
/// <param name="Target">Into what.</param>
/// <param name="Filter">Which of its messages.</param>
/// <param name="Partitions">Which of its partitions; all when null.</param>
/// <param name="From">Where each partition begins; at the first message that it holds when null.</param>
/// <param name="To">Before what each partition ends; at its present end when null.</param>
/// <param name="RatePerSecond">The most messages a second that it takes; as fast as it goes when null.</param>
/// <param name="MaxMessages">The most messages that it takes, the earliest ones; all when null.</param>
/// <param name="AllowGaps">Whether it goes on where retention has deleted messages of the range. Otherwise it fails by name.</param>
/// <param name="KeepHours">For how long what it makes is kept after it has ended.</param>
/// <param name="DryRun">Whether it only counts.</param>
public sealed record ReplayOrder(
    string Topic,
    ReplayTarget Target,
    ReplayFilter Filter,
    IReadOnlyList<int>? Partitions = null,
    ReplayBound? From = null,
    ReplayBound? To = null,
    int? RatePerSecond = null,
    long? MaxMessages = null,
    bool AllowGaps = false,
    int KeepHours = ReplayOrder.DefaultKeepHours,
    bool DryRun = false)
{
    /// <summary>How long what a replay makes is kept where nobody says it.</summary>
    public const int DefaultKeepHours = 24;
}

/// <summary>A bound of each partition: an offset, or the first message at or after an instant. One of the two is given.</summary>
/// <param name="Offset">The offset.</param>
/// <param name="Time">The instant, by the messages' time in Kafka.</param>
public sealed record ReplayBound(long? Offset = null, DateTimeOffset? Time = null);

/// <summary>Into what a range is replayed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The topic's name, or the projection's.</param>
public sealed record ReplayTarget(ReplayTargetKind Kind, string Name)
{
    /// <summary>What the names of replays' topics begin with.</summary>
    public const string TopicPrefix = "replay-";

    /// <summary>The topic of a replay: its own, so that whoever reads it reads exactly that range.</summary>
    public static ReplayTarget TopicOf(Guid replayId) => new(ReplayTargetKind.Topic, $"{TopicPrefix}{replayId}");
}
