using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Accounts;
using static Orchestrator.Ledger.Deciding.LedgerDecision;

namespace Orchestrator.Ledger.Deciding;

/// <summary>
/// What the ledger makes of each command: the states that it touches, the command and the time in, events or a refusal out. Pure.
/// Whether the command was decided before is not asked here.
/// </summary>
public static class LedgerDecider
{
    /// <summary>
    /// The most that a clearing account may have been credited for a new hold to be placed, in minor units: half of what its counter holds,
    /// so that the capture of an open hold does not fail for want of room on the other side.
    /// </summary>
    public const long ClearingLimitMinor = long.MaxValue / 2;

    /// <summary>Opens an account; its initial balance is posted against <paramref name="settlement"/>. One that is open stays as it is.</summary>
    public static LedgerDecision Open(AccountState? account, AccountState settlement, OpenAccount command, DateTimeOffset now)
    {
        if (account is not null)
            return Same(account, command) ? new Accepted() : new Refused(LedgerRefusals.ExistsWithDifferentBody);
        var amount = command.InitialBalanceMinor;
        if (settlement.Counters.DebitsPostedMinor > long.MaxValue - amount)
            return new Refused(LedgerRefusals.BalanceOverflow);
        var effectiveAt = Instants.Stored(command.RequestedAt);
        var opened = new LedgerEvent(
            command.AccountId, 1, LedgerEventType.Opened, 0, LedgerIds.Open(command.AccountId), null, null, null, null, effectiveAt, now);
        if (amount == 0)
            return new Accepted(opened);
        return new Accepted(opened, opened with
        {
            Version = 2,
            Type = LedgerEventType.Credited,
            AmountMinor = amount,
            CommandId = LedgerIds.Fund(command.AccountId),
            ContraAccountId = settlement.AccountId,
            ContraVersion = settlement.Version + 1,
        });
    }

    /// <summary>The account that <paramref name="command"/> opens, before its first event.</summary>
    public static AccountState NewAccount(OpenAccount command, DateTimeOffset now)
    {
        var limits = command.Limits ?? new AccountLimits();
        return new AccountState(
            command.AccountId, AccountKind.Customer, command.CustomerId, command.Currency, limits.OverdraftMinor, limits.PerTransactionMinor,
            0, AccountState.NoCounters, now);
    }

    /// <summary>Freezes, unfreezes or closes an account.</summary>
    public static LedgerDecision ChangeStatus(AccountState? account, IAccountCommand command, DateTimeOffset now)
    {
        if (account is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        return (EventOf(command), account.Status) switch
        {
            (_, AccountStatus.Closed) => new Refused(LedgerRefusals.AccountClosed),
            (LedgerEventType.Unfrozen, AccountStatus.Open) => new Refused(LedgerRefusals.AccountNotFrozen),
            (LedgerEventType.Frozen or LedgerEventType.Closed, AccountStatus.Frozen) => new Refused(LedgerRefusals.AccountFrozen),
            (LedgerEventType.Closed, _) when !account.IsEmpty => new Refused(LedgerRefusals.AccountNotEmpty),
            (var type, _) => new Accepted(new LedgerEvent(
                account.AccountId, account.Version + 1, type, 0, command.CommandId, null, null, null, null, Instants.Stored(command.RequestedAt), now, command.Reason)),
        };
    }

    /// <summary>What happens when <paramref name="command"/> takes effect.</summary>
    public static LedgerEventType EventOf(IAccountCommand command) => command switch
    {
        FreezeAccount => LedgerEventType.Frozen,
        UnfreezeAccount => LedgerEventType.Unfrozen,
        CloseAccount => LedgerEventType.Closed,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.GetType(), "not a command of the ledger"),
    };

    /// <summary>Reserves an amount, when limits and available balance allow it.</summary>
    public static LedgerDecision PlaceHold(AccountState? account, AccountState? clearing, PlaceHold command, DateTimeOffset now)
    {
        if (account is null || clearing is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (account.Status is not AccountStatus.Open)
            return new Refused(account.Status is AccountStatus.Frozen ? LedgerRefusals.AccountFrozen : LedgerRefusals.AccountClosed);
        var amount = command.AmountMinor;
        var counters = account.Counters;
        if (!string.Equals(command.Currency, account.Currency, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.CurrencyMismatch);
        if (amount > account.PerTransactionMinor)
            return new Refused(LedgerRefusals.OverTransactionLimit);
        if (amount > account.AvailableMinor)
            return new Refused(LedgerRefusals.InsufficientFunds);
        // Room on the source's own debits and on the other side, so that the capture finds it.
        if ((Int128)counters.DebitsPostedMinor + counters.DebitsPendingMinor + amount > long.MaxValue
            || clearing.Counters.CreditsPostedMinor > ClearingLimitMinor - amount)
            return new Refused(LedgerRefusals.BalanceOverflow);
        return new Accepted(Next(account, LedgerEventType.HoldPlaced, amount, command, command.CommandId, now));
    }

    /// <summary>Takes the amount of an open hold off the account and credits <paramref name="clearing"/>.</summary>
    public static LedgerDecision Capture(AccountState? account, AccountState? clearing, HoldState? hold, CaptureHold command, DateTimeOffset now)
    {
        if (account is null || clearing is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        return Unresolvable(account, hold) is { } refusal
            ? refusal
            : new Accepted(Posted(Next(account, LedgerEventType.HoldCaptured, hold!.AmountMinor, command, hold.HoldId, now), clearing));
    }

    /// <summary>Gives the amount of an open hold back.</summary>
    public static LedgerDecision Release(AccountState? account, HoldState? hold, ReleaseHold command, DateTimeOffset now)
    {
        if (account is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        return Unresolvable(account, hold) is { } refusal
            ? refusal
            : new Accepted(Next(account, LedgerEventType.HoldReleased, hold!.AmountMinor, command, hold.HoldId, now));
    }

    /// <summary>Puts an amount on the account and debits <paramref name="clearing"/>.</summary>
    public static LedgerDecision Credit(AccountState? account, AccountState? clearing, Credit command, DateTimeOffset now)
    {
        if (account is null || clearing is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (account.Status is AccountStatus.Closed)
            return new Refused(LedgerRefusals.AccountClosed);
        var amount = command.AmountMinor;
        if (!string.Equals(command.Currency, account.Currency, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.CurrencyMismatch);
        if (account.Counters.CreditsPostedMinor > long.MaxValue - amount || clearing.Counters.DebitsPostedMinor > long.MaxValue - amount)
            return new Refused(LedgerRefusals.BalanceOverflow);
        return new Accepted(Posted(Next(account, LedgerEventType.Credited, amount, command, null, now), clearing));
    }

    static Refused? Unresolvable(AccountState account, HoldState? hold)
    {
        if (hold is null || !string.Equals(hold.AccountId, account.AccountId, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.HoldNotFound);
        return hold.Resolution switch
        {
            HoldResolution.Captured => new Refused(LedgerRefusals.HoldAlreadyCaptured),
            HoldResolution.Released => new Refused(LedgerRefusals.HoldAlreadyReleased),
            _ => null,
        };
    }

    static LedgerEvent Next(AccountState account, LedgerEventType type, long amount, ILedgerCommand command, Guid? holdId, DateTimeOffset now) => new(
        account.AccountId, account.Version + 1, type, amount, command.CommandId, command.TransactionId, holdId, null, null,
        Instants.Stored(command.RequestedAt), now);

    static LedgerEvent Posted(LedgerEvent e, AccountState contra) =>
        e with { ContraAccountId = contra.AccountId, ContraVersion = contra.Version + 1 };

    static bool Same(AccountState account, OpenAccount command)
    {
        var limits = command.Limits ?? new AccountLimits();
        return string.Equals(account.CustomerId, command.CustomerId, StringComparison.Ordinal)
            && string.Equals(account.Currency, command.Currency, StringComparison.Ordinal)
            && account.OverdraftMinor == limits.OverdraftMinor
            && account.PerTransactionMinor == limits.PerTransactionMinor;
    }
}
