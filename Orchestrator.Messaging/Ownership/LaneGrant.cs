using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Messaging.Ownership;

/// <summary>The right to run a lane until another epoch begins, and where its former owner left it.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="GroupId">The group's number in the database.</param>
/// <param name="Epoch">Every commit names it; a commit of an older epoch is refused.</param>
/// <param name="Positions">The next offset to read, by topic; a topic that is not there is read from its beginning.</param>
/// <param name="OutboxSeq">The sequence number of the last unit of work that published.</param>
public sealed record LaneGrant(LaneId Lane, short GroupId, long Epoch, IReadOnlyDictionary<string, long> Positions, long OutboxSeq);
