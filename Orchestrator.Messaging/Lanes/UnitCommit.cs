using Npgsql;
using Orchestrator.Messaging.Ownership;
using Orchestrator.Messaging.Parking;

namespace Orchestrator.Messaging.Lanes;

/// <summary>All that one unit of work commits.</summary>
/// <param name="Grant">The lane's right to write: checked in the transaction.</param>
/// <param name="Positions">The next offset to read of each topic that moved.</param>
/// <param name="Ids">The inbox ids of the messages that take effect; none where the processor knows duplicates by itself.</param>
/// <param name="FiredTimers">The timers among them.</param>
/// <param name="Parked">The messages that are parked instead.</param>
/// <param name="OutboxSeq">The unit's number in the lane's outbox, when it publishes.</param>
/// <param name="Acknowledged">Outbox rows that may go.</param>
/// <param name="Work">What the processor decided.</param>
internal sealed record UnitCommit(
    LaneGrant Grant,
    IReadOnlyDictionary<string, long> Positions,
    IReadOnlyList<Guid> Ids,
    IReadOnlyList<Guid> FiredTimers,
    IReadOnlyList<ParkedEntry> Parked,
    long OutboxSeq,
    AcknowledgedRows Acknowledged,
    UnitOfWork Work)
{
    /// <summary>How much of a transaction it takes up: the messages that it takes or parks, and one at least.</summary>
    public int Messages { get; init; } = Math.Max(1, Ids.Count + Parked.Count);

    /// <summary>Of the topics that moved, where the lane knows that it stood.</summary>
    public IReadOnlyDictionary<string, long> From { get; init; } = Nowhere;

    static readonly Dictionary<string, long> Nowhere = [];

    /// <summary>Commits in one transaction, or throws and nothing is written.</summary>
    /// <exception cref="LaneFencedException">The lane has another owner, or does not stand where it knows that it stood.</exception>
    /// <exception cref="DuplicateIdsException">Some ids took effect before.</exception>
    /// <exception cref="LostRaceException">A write affected another number of rows than it must.</exception>
    public Task ExecuteAsync(NpgsqlDataSource database, CancellationToken cancellationToken) => CommitStatements.ExecuteAsync([this], database, cancellationToken);
}

/// <summary>Rows of a lane's outbox that the broker has acknowledged: those after one sequence number up to another.</summary>
internal readonly record struct AcknowledgedRows(long After, long UpTo)
{
    public static AcknowledgedRows None => default;

    public bool Any => UpTo > After;
}
