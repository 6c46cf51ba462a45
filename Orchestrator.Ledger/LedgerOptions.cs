using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Ledger;

/// <summary>Configuration section <c>Ledger</c>.</summary>
public sealed class LedgerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Ledger";

    /// <summary>How many accounts each lane keeps in memory, those used last; about 400 bytes each.</summary>
    [Range(1_000, 10_000_000)]
    public int CachedAccountsPerLane { get; init; } = 50_000;

    /// <summary>How many holds each lane keeps in memory, those used last; about 200 bytes each.</summary>
    [Range(1_000, 10_000_000)]
    public int CachedHoldsPerLane { get; init; } = 50_000;

    /// <summary>After how many events an account gets a new snapshot, from which it can be folded again. Smaller means more rows and a shorter fold.</summary>
    [Range(10, 1_000_000)]
    public int SnapshotEveryEvents { get; init; } = 1_000;

    /// <summary>How long the accounts of linked transfers have to agree, in seconds; then the transfers are given up. Holds stand as long.</summary>
    [Range(1, 3_600)]
    public int LinkedTimeoutSeconds { get; init; } = 30;
}
