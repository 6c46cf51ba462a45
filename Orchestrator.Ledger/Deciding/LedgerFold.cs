using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;

namespace Orchestrator.Ledger.Deciding;

/// <summary>How an event changes the two accounts that it names. Pure; what cannot be is a bug and throws.</summary>
public static class LedgerFold
{
    /// <summary>Goes up when what it makes of the same events changes: a snapshot that another version has folded is passed over.</summary>
    public const int Version = 1;

    /// <summary>The account after its own event.</summary>
    /// <exception cref="InvalidOperationException">The event does not follow the state, or takes a pending amount that is not there.</exception>
    /// <exception cref="OverflowException">A counter would not fit; the decider refuses that before.</exception>
    public static AccountState Apply(AccountState state, LedgerEvent e)
    {
        Follows(state, e.AccountId, e.Version);
        var after = state with { Version = e.Version, Status = Status(state.Status, e.Type), Counters = Counters(state.Counters, e) };
        return state.PerDayMinor is not null && e.Type is LedgerEventType.HoldCaptured or LedgerEventType.Debited ? Spend(after, e) : after;
    }

    static AccountCounters Counters(AccountCounters counters, LedgerEvent e)
    {
        var amount = e.AmountMinor;
        return e.Type switch
        {
            LedgerEventType.Opened or LedgerEventType.Frozen or LedgerEventType.Unfrozen or LedgerEventType.Closed => counters,
            LedgerEventType.HoldPlaced => counters with { DebitsPendingMinor = checked(counters.DebitsPendingMinor + amount) },
            LedgerEventType.HoldCaptured => counters with
            {
                DebitsPendingMinor = Less(counters.DebitsPendingMinor, checked(amount + (e.ReleasedMinor ?? 0))),
                DebitsPostedMinor = checked(counters.DebitsPostedMinor + amount),
            },
            LedgerEventType.HoldReleased or LedgerEventType.HoldExpired =>
                counters with { DebitsPendingMinor = Less(counters.DebitsPendingMinor, amount) },
            LedgerEventType.Credited => counters with { CreditsPostedMinor = checked(counters.CreditsPostedMinor + amount) },
            LedgerEventType.Debited => counters with { DebitsPostedMinor = checked(counters.DebitsPostedMinor + amount) },
            _ => throw new InvalidOperationException($"unknown event type {e.Type}"),
        };
    }

    static AccountStatus Status(AccountStatus before, LedgerEventType type) => type switch
    {
        LedgerEventType.Frozen => AccountStatus.Frozen,
        LedgerEventType.Unfrozen => AccountStatus.Open,
        LedgerEventType.Closed => AccountStatus.Closed,
        _ => before,
    };

    static AccountState Spend(AccountState state, LedgerEvent e)
    {
        var day = DateOnly.FromDateTime(e.RecordedAt.UtcDateTime);
        return state with { SpentOn = day, SpentMinor = checked(state.SpentOnDay(day) + e.AmountMinor) };
    }

    /// <summary>The other side after a posting: debited where the account was credited, and the reverse.</summary>
    /// <exception cref="InvalidOperationException">The event does not post to this account, or does not follow its state.</exception>
    /// <exception cref="OverflowException">A counter would not fit.</exception>
    public static AccountState ApplyContra(AccountState contra, LedgerEvent e)
    {
        Follows(contra, e.ContraAccountId, e.ContraVersion);
        var counters = contra.Counters;
        return contra with
        {
            Version = contra.Version + 1,
            Counters = e.Type switch
            {
                LedgerEventType.Credited => counters with { DebitsPostedMinor = checked(counters.DebitsPostedMinor + e.AmountMinor) },
                LedgerEventType.HoldCaptured or LedgerEventType.Debited =>
                    counters with { CreditsPostedMinor = checked(counters.CreditsPostedMinor + e.AmountMinor) },
                _ => throw new InvalidOperationException($"{e.Type} posts nothing"),
            },
        };
    }

    /// <summary>The hold after an event that places or resolves it; null for other events.</summary>
    public static HoldState? Hold(LedgerEvent e)
    {
        HoldResolution? resolution = e.Type switch
        {
            LedgerEventType.HoldPlaced => HoldResolution.Open,
            LedgerEventType.HoldCaptured => HoldResolution.Captured,
            LedgerEventType.HoldReleased => HoldResolution.Released,
            LedgerEventType.HoldExpired => HoldResolution.Expired,
            _ => null,
        };
        return resolution is { } r && e.HoldId is { } holdId
            ? new HoldState(
                holdId, e.AccountId, e.AmountMinor + (e.ReleasedMinor ?? 0), r, e.ExpiresAt, e.CounterpartyAccountId, e.ReversesTransactionId, e.Reason)
            : null;
    }

    static void Follows(AccountState state, string? accountId, long? version)
    {
        if (!string.Equals(state.AccountId, accountId, StringComparison.Ordinal) || version != state.Version + 1)
            throw new LedgerInvariantException(LedgerInvariant.EventFollows, $"event {version} does not follow version {state.Version} of its account");
    }

    static long Less(long pending, long amount) =>
        pending >= amount ? pending - amount : throw new LedgerInvariantException(LedgerInvariant.HoldIsPending, "a hold is resolved whose amount is not pending");
}
