using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using Orchestrator.Ledger.Deciding;

namespace Orchestrator.Ledger.Replay;

/// <summary>What an account's events up to a version come to. A cache: it can be folded again at any time.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Version">Its version.</param>
/// <param name="FoldVersion">The version of the code that folded it.</param>
/// <param name="Counters">In minor units.</param>
/// <param name="Status">What might be done with the account.</param>
/// <param name="SpentOn">The last day (UTC) on which something had left it; kept where there is a limit per day.</param>
/// <param name="SpentMinor">What had left it on that day.</param>
/// <param name="TakenAt">When it was folded, UTC.</param>
public sealed record AccountSnapshot(
    string AccountId, long Version, int FoldVersion, AccountCounters Counters, AccountStatus Status, DateOnly? SpentOn, long SpentMinor, DateTimeOffset TakenAt)
{
    /// <summary>A snapshot of <paramref name="state"/>, folded by this code.</summary>
    public static AccountSnapshot Of(AccountState state, DateTimeOffset takenAt) => new(
        state.AccountId, state.Version, LedgerFold.Version, state.Counters, state.Status, state.SpentOn, state.SpentMinor, takenAt);

    /// <summary>The account as it was. Whose it is and its limits are in no event, so they are taken from <paramref name="account"/>.</summary>
    public AccountState State(AccountState account) => account with
    {
        Version = Version,
        Counters = Counters,
        Status = Status,
        SpentOn = SpentOn,
        SpentMinor = SpentMinor,
    };
}
