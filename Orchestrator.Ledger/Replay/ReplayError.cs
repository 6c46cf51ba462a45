using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Ledger.Replay;

/// <summary>Why events cannot be folded: they are not what the ledger writes, or not all of them.</summary>
/// <param name="Code">Its stable name, one of <see cref="ReplayErrors"/>.</param>
/// <param name="AfterVersion">The version up to which the account was folded.</param>
/// <param name="Detail">What is wrong, for people.</param>
public sealed record ReplayError(string Code, long AfterVersion, string Detail);

/// <summary>The names of what can be wrong with events.</summary>
public static class ReplayErrors
{
    /// <summary>The event neither belongs to the account nor names it as the other side.</summary>
    public const string OtherAccount = "other_account";

    /// <summary>At least one event is missing before this one.</summary>
    public const string VersionGap = "version_gap";

    /// <summary>The version was there already.</summary>
    public const string VersionRepeated = "version_repeated";

    /// <summary>The event takes a pending amount that is not there, or posts nothing to the other side that it names.</summary>
    public const string Impossible = "impossible_event";

    /// <summary>A counter would exceed what 64 bits hold.</summary>
    public const string CounterOverflow = "counter_overflow";

    /// <summary>The events end before the version that was asked for.</summary>
    public const string VersionNotReached = "version_not_reached";

    /// <summary>The fold would begin after the version that was asked for.</summary>
    public const string BeginsLater = "begins_later";
}

/// <summary>What a replay came to.</summary>
public abstract record ReplayOutcome
{
    ReplayOutcome()
    {
    }

    /// <summary>The account as it was.</summary>
    /// <param name="State">Its state.</param>
    /// <param name="Events">How many events were folded.</param>
    public sealed record Folded(AccountState State, long Events) : ReplayOutcome;

    /// <summary>The events do not follow one another.</summary>
    /// <param name="Error">Where and why.</param>
    public sealed record Broken(ReplayError Error) : ReplayOutcome;
}
