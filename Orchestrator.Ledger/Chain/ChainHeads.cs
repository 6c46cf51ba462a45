namespace Orchestrator.Ledger.Chain;

/// <summary>
/// Where every lane's chain ends at one instant. Kept elsewhere, it later proves that nothing up to here was rewritten: a chain that was computed anew
/// from its beginning is sound in itself and differs from this alone.
/// </summary>
/// <param name="ChainId">Tells the chains of one database from those of another; a restored copy has that of its original.</param>
/// <param name="Database">The database's name, for people.</param>
/// <param name="At">When it was read, UTC.</param>
/// <param name="EventsBefore">How many events were recorded before there were chains, and have none.</param>
/// <param name="Lanes">Each lane that has recorded an event, by number.</param>
public sealed record ChainHeads(Guid ChainId, string Database, DateTimeOffset At, long EventsBefore, IReadOnlyList<LaneHead> Lanes);

/// <summary>Where a lane's chain ends.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Sequence">How many events the lane has recorded in its chain.</param>
/// <param name="Hash">SHA-256 over all of them, 64 hexadecimal digits in lower case.</param>
public sealed record LaneHead(short Lane, long Sequence, string Hash)
{
    internal static LaneHead Of(ChainLink link) => new(link.Lane, link.Sequence, Convert.ToHexStringLower(link.Hash));
}
