namespace Orchestrator.Ledger.Chain;

/// <summary>An event's place in its lane's chain. That of the last event is the chain's head.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Sequence">1, 2, 3, ... without a gap; 0 for the beginning, before the first event.</param>
/// <param name="Hash">SHA-256 over everything up to here, 32 bytes.</param>
sealed record ChainLink(short Lane, long Sequence, byte[] Hash)
{
    /// <summary>Where the chain of <paramref name="lane"/> begins.</summary>
    /// <param name="chainId">Tells the chains of one database from those of another.</param>
    /// <param name="lane">The lane.</param>
    public static ChainLink Genesis(Guid chainId, short lane) => new(lane, 0, EventHasher.Genesis(chainId, lane));
}
