namespace Orchestrator.Ledger.Chain;

/// <summary>What a walk along all chains found.</summary>
/// <param name="Holds">Whether every event is what was recorded, as far as the chains can tell.</param>
/// <param name="Events">How many events were hashed again.</param>
/// <param name="Lanes">How many chains there are.</param>
/// <param name="Unchained">How many events have no chain, being older than the chains.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="EventsPerSecond">Events a second, reading and sorting included.</param>
/// <param name="Problems">The first thing wrong in each lane, and what is wrong beside the lanes.</param>
/// <param name="Heads">Where the chains end: what to keep for the next time.</param>
public sealed record ChainReport(
    bool Holds, long Events, int Lanes, long Unchained, double Seconds, double EventsPerSecond, IReadOnlyList<ChainProblem> Problems, ChainHeads Heads);

/// <summary>The first thing that is wrong with a lane's chain.</summary>
/// <param name="Fault">What kind of thing.</param>
/// <param name="Lane">The lane; null where the row has none.</param>
/// <param name="Sequence">The place in the lane's chain.</param>
/// <param name="AccountId">The row's account; null where there is no row.</param>
/// <param name="Version">The row's version of its account; null where there is no row.</param>
/// <param name="Detail">One sentence for people.</param>
public sealed record ChainProblem(ChainFault Fault, short? Lane, long? Sequence, string? AccountId, long? Version, string Detail);

/// <summary>What can be wrong with a chain.</summary>
public enum ChainFault
{
    /// <summary>The row is not what was hashed; the hash is.</summary>
    RowChanged,

    /// <summary>The hash was changed; the row is what was hashed.</summary>
    HashChanged,

    /// <summary>Row and hash do not go together, nor either of them with what follows: rows were exchanged, or more than one changed.</summary>
    HashDiffers,

    /// <summary>A number is missing in the chain: a row was removed.</summary>
    SequenceMissing,

    /// <summary>A number occurs twice in the chain: a row was added.</summary>
    SequenceRepeated,

    /// <summary>The chain does not end as its stored head says.</summary>
    HeadDiffers,

    /// <summary>The chain was sound before, and is another than the one whose head was exported: it was computed anew.</summary>
    ExportedHeadDiffers,

    /// <summary>The chain ends before the head that was exported: its end was removed, and its head with it.</summary>
    ExportedHeadMissing,

    /// <summary>The exported heads belong to the chains of another database, or the origin of these was changed.</summary>
    OtherOrigin,

    /// <summary>A row without a chain that is younger than the chains: it was added by other means than the service.</summary>
    RowWithoutChain,

    /// <summary>Of the rows that are older than the chains some are missing.</summary>
    RowsBeforeMissing,
}
