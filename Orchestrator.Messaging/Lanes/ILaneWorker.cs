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

    /// <summary>The invariant whose violation has stopped it, by its name.</summary>
    string? ViolatedInvariant { get; }

    string? LastError { get; }

    /// <summary>Messages read and not yet taken.</summary>
    int Buffered { get; }

    /// <summary>Messages published and not yet acknowledged.</summary>
    int Unacknowledged { get; }

    /// <summary>The next offset to read, by topic.</summary>
    IReadOnlyDictionary<string, long> Positions { get; }

    /// <summary>Lets it look at what comes with time alone.</summary>
    void Tick();
}

/// <summary>A group as its runner sees it, of whatever kind its lanes are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Topics">What is read.</param>
/// <param name="Start">Runs a lane that was claimed; told by name the invariant that stopped it before in this process, so that it stays stopped.</param>
internal sealed record RunnableGroup(string Name, IReadOnlyList<string> Topics, Func<LaneGrant, GroupMembership, GroupConsumer, string?, ILaneWorker> Start)
{
    /// <summary>Whether the process is ready while the group is not.</summary>
    public bool IsBackground { get; init; }

    /// <summary>How many threads read, each for its share of the partitions.</summary>
    public int Readers { get; init; } = 1;
}
