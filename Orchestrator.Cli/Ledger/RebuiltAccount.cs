namespace Orchestrator.Cli.Ledger;

/// <summary>What folding an account again came to.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="From">Where the events came from: <c>store</c> or <c>topic</c>.</param>
/// <param name="Agrees">Whether there are no differences.</param>
/// <param name="StoredVersion">The version of the account's row.</param>
/// <param name="FullReplay">All events.</param>
/// <param name="SnapshotAndTail">The latest snapshot and what came after it; null where there is none, or it was not asked for.</param>
/// <param name="Differences">Each by its name.</param>
public sealed record RebuiltAccount(
    string AccountId, string From, bool Agrees, long StoredVersion, ReplayFigures FullReplay, ReplayFigures? SnapshotAndTail,
    IReadOnlyList<AccountDifference> Differences);

/// <summary>One replay.</summary>
/// <param name="FromVersion">The version it began at.</param>
/// <param name="ToVersion">The version it came to.</param>
/// <param name="Events">How many events it folded.</param>
/// <param name="Seconds">How long it took, reading included.</param>
public sealed record ReplayFigures(long FromVersion, long ToVersion, long Events, double Seconds);

/// <summary>Something that is not the same everywhere.</summary>
/// <param name="Name">A field as the database calls it, or the name of what is wrong with the events.</param>
/// <param name="FullReplay">What all events come to.</param>
/// <param name="SnapshotAndTail">What the snapshot and its tail come to; null when there is no snapshot.</param>
/// <param name="Stored">What the account's row says; null when the events themselves are wrong.</param>
public sealed record AccountDifference(string Name, string? FullReplay, string? SnapshotAndTail, string? Stored);

/// <summary>What folding all accounts again came to.</summary>
/// <param name="Agrees">Whether all agree.</param>
/// <param name="Accounts">How many accounts.</param>
/// <param name="WithSnapshot">How many of them have a snapshot.</param>
/// <param name="Differing">How many do not agree.</param>
/// <param name="Events">How many events all have.</param>
/// <param name="TailEvents">How many of them came after a snapshot.</param>
/// <param name="Seconds">How long all took from their beginnings.</param>
/// <param name="TailSeconds">How long those with a snapshot took from there.</param>
/// <param name="First">The first that do not agree.</param>
public sealed record RebuiltAccounts(
    bool Agrees, long Accounts, long WithSnapshot, long Differing, long Events, long TailEvents, double Seconds, double TailSeconds,
    IReadOnlyList<RebuiltAccount> First);
