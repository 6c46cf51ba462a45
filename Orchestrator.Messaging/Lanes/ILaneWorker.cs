using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Ownership;

namespace Orchestrator.Messaging.Lanes;

/// <summary>Runs one lane while this process owns it. Disposing it lets the lane come to its end in good order.</summary>
internal interface ILaneWorker : IAsyncDisposable
{
    LaneGrant Grant { get; }

    /// <summary>Whether it has ended by itself: another owner has taken over.</summary>
    bool HasEnded { get; }

    /// <summary>Whether it waits for an operator.</summary>
    bool IsHalted { get; }

    /// <summary>The invariant that has stopped it, until the process is restarted; null when none has.</summary>
    string? ViolatedInvariant => null;

    /// <summary>Why this process cannot run the lane, though another may; null when it can. Such a worker has ended.</summary>
    string? LeftBecause => null;

    string? LastError { get; }

    /// <summary>Messages read and not yet taken.</summary>
    int Buffered { get; }

    /// <summary>Messages published and not yet acknowledged.</summary>
    int Unacknowledged { get; }

    /// <summary>The next offset to read, by topic.</summary>
    IReadOnlyDictionary<string, long> Positions { get; }

    /// <summary>The broker's time of the last message that was taken; null before the first.</summary>
    DateTimeOffset? TakenAt { get; }

    /// <summary>Lets it look at what comes with time alone.</summary>
    void Tick();
}

/// <summary>What a lane is started with.</summary>
/// <param name="Grant">The right to run it.</param>
/// <param name="Membership">Tells whether that lasts.</param>
/// <param name="Consumer">Reads for it.</param>
/// <param name="ViolatedInvariant">The invariant that stopped the lane before in this process, so that it stays stopped.</param>
internal sealed record LaneStart(LaneGrant Grant, GroupMembership Membership, GroupConsumer Consumer, string? ViolatedInvariant);

/// <summary>A group as its runner sees it, of whatever kind its lanes are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Topics">What is read.</param>
/// <param name="Start">Runs a lane that was claimed.</param>
internal sealed record RunnableGroup(string Name, IReadOnlyList<string> Topics, Func<LaneStart, ILaneWorker> Start)
{
    /// <summary>Whether the process is ready while the group is not.</summary>
    public bool IsBackground { get; init; }

    /// <summary>Whether a process may be unable to run a lane that another can run.</summary>
    public bool DependsOnVersion { get; init; }

    /// <summary>How long its lanes are kept while the database does not answer.</summary>
    public TimeSpan WithoutStore { get; init; }

    /// <summary>How many threads read, each for its share of the partitions.</summary>
    public int Readers { get; init; } = 1;
}
