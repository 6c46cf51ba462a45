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
            0, AccountState.NoCounters, now, PerDayMinor: limits.PerDayMinor);
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
        if (command.ExpiresAt <= now)
            return new Refused(LedgerRefusals.ExpiryInThePast);
        DateTimeOffset? expiresAt = command.ExpiresAt is { } at ? Instants.Stored(at) : null;
        return Reserve(account, clearing, command.AmountMinor, command.Currency, now) is { } refusal
            ? refusal
            : new Accepted(Next(account!, LedgerEventType.HoldPlaced, command.AmountMinor, command, command.CommandId, now) with
            {
                ExpiresAt = expiresAt,
                CounterpartyAccountId = command.Onward?.DestinationAccountId ?? command.CounterpartyAccountId,
            });
    }

    /// <summary>Reserves the amount of a transfer; the destination is asked afterwards.</summary>
    public static LedgerDecision Transfer(AccountState? account, AccountState? clearing, Transfer command, DateTimeOffset now)
    {
        if (string.Equals(command.AccountId, command.DestinationAccountId, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.SameAccount);
        return Reserve(account, clearing, command.AmountMinor, command.Currency, now) is { } refusal
            ? refusal
            : new Accepted(Next(account!, LedgerEventType.HoldPlaced, command.AmountMinor, command, command.CommandId, now) with
            {
                CounterpartyAccountId = command.DestinationAccountId,
            });
    }

    /// <summary>Reserves what the account once received, to send it back.</summary>
    /// <param name="account">The account that received.</param>
    /// <param name="clearing">The other side of what follows.</param>
    /// <param name="received">The credit that is undone; null when there is none.</param>
    /// <param name="command">What is asked.</param>
    /// <param name="now">The time, UTC.</param>
    public static LedgerDecision Reverse(AccountState? account, AccountState? clearing, ReceivedTransfer? received, Reverse command, DateTimeOffset now)
    {
        if (account is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (received is null || !string.Equals(received.AccountId, account.AccountId, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.TransferNotFound);
        if (received.Reversed)
            return new Refused(LedgerRefusals.AlreadyReversed);
        return Reserve(account, clearing, received.AmountMinor, account.Currency, now) is { } refusal
            ? refusal
            : new Accepted(Next(account, LedgerEventType.HoldPlaced, received.AmountMinor, command, command.CommandId, now) with
            {
                CounterpartyAccountId = received.SenderAccountId,
                ReversesTransactionId = received.TransactionId,
            });
    }

    /// <summary>Takes the amount of an open hold, or a part of it, off the account and credits <paramref name="clearing"/>; the rest is available again.</summary>
    public static LedgerDecision Capture(AccountState? account, AccountState? clearing, HoldState? hold, CaptureHold command, DateTimeOffset now)
    {
        if (account is null || clearing is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (Unresolvable(account, hold) is { } refusal)
            return refusal;
        if (hold!.ChainId is not null && command.CommandId != LedgerIds.CaptureOf(hold.HoldId))
            return new Refused(LedgerRefusals.HoldIsLinked);
        if (hold.ExpiresAt <= now)
            return new Refused(LedgerRefusals.HoldExpired);
        if (command.AmountMinor > hold.AmountMinor)
            return new Refused(LedgerRefusals.ExceedsHold);
        return new Accepted(Posted(Next(account, LedgerEventType.HoldCaptured, command.AmountMinor ?? hold.AmountMinor, command, hold.HoldId, now), clearing) with
        {
            ReleasedMinor = hold.AmountMinor - command.AmountMinor,
            CounterpartyAccountId = hold.CounterpartyAccountId,
            ReversesTransactionId = hold.ReversesTransactionId,
        });
    }

    /// <summary>Gives the amount of an open hold back.</summary>
    public static LedgerDecision Release(AccountState? account, HoldState? hold, ReleaseHold command, DateTimeOffset now)
    {
        if (account is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (Unresolvable(account, hold) is { } refusal)
            return refusal;
        return hold!.ChainId is not null
            ? new Refused(LedgerRefusals.HoldIsLinked)
            : new Accepted(Next(account, LedgerEventType.HoldReleased, hold.AmountMinor, command, hold.HoldId, now) with { Reason = command.Reason });
    }

    /// <summary>Gives the amount of a hold back whose time is over; nothing when it was resolved before.</summary>
    public static LedgerDecision Expire(AccountState? account, HoldState? hold, ExpireHold command, DateTimeOffset now)
    {
        if (account is null || Unresolvable(account, hold) is not null || hold!.ExpiresAt is not { } expiresAt || now < expiresAt)
            return new Accepted();
        return new Accepted(new LedgerEvent(
            account.AccountId, account.Version + 1, LedgerEventType.HoldExpired, hold.AmountMinor, LedgerIds.ExpiryOf(hold.HoldId), command.TransactionId,
            hold.HoldId, null, null, expiresAt, now));
    }

    /// <summary>Puts an amount on the account and debits <paramref name="contra"/>.</summary>
    public static LedgerDecision Credit(AccountState? account, AccountState? contra, Credit command, DateTimeOffset now)
    {
        if (account is null || contra is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (account.Status is AccountStatus.Closed)
            return new Refused(LedgerRefusals.AccountClosed);
        var amount = command.AmountMinor;
        if (!string.Equals(command.Currency, account.Currency, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.CurrencyMismatch);
        if (account.Counters.CreditsPostedMinor > long.MaxValue - amount || contra.Counters.DebitsPostedMinor > long.MaxValue - amount)
            return new Refused(LedgerRefusals.BalanceOverflow);
        return new Accepted(Posted(Next(account, LedgerEventType.Credited, amount, command, null, now), contra) with
        {
            CounterpartyAccountId = command.Onward?.AccountId,
        });
    }

    /// <summary>
    /// Whether a credit will be taken, whatever comes in between: as <see cref="Credit"/>, with half of what counters hold left free for others. An account
    /// that has promised is not closed.
    /// </summary>
    public static LedgerDecision Promise(AccountState? account, AccountState? contra, Credit command, DateTimeOffset now)
    {
        var decision = Credit(account, contra, command, now);
        return decision is Accepted
            && (account!.Counters.CreditsPostedMinor > ClearingLimitMinor - command.AmountMinor
                || contra!.Counters.DebitsPostedMinor > ClearingLimitMinor - command.AmountMinor)
            ? new Refused(LedgerRefusals.BalanceOverflow)
            : decision;
    }

    /// <summary>Takes an amount off the account and credits <paramref name="contra"/>, when limits and available balance allow it.</summary>
    public static LedgerDecision Debit(AccountState? account, AccountState? contra, Debit command, DateTimeOffset now) =>
        Reserve(account, contra, command.AmountMinor, command.Currency, now) is { } refusal
            ? refusal
            : new Accepted(Posted(Next(account!, LedgerEventType.Debited, command.AmountMinor, command, null, now), contra!));

    // What may leave an account, whether it is held first or not.
    static Refused? Reserve(AccountState? account, AccountState? contra, long amount, string currency, DateTimeOffset now)
    {
        if (account is null || contra is null)
            return new Refused(LedgerRefusals.AccountNotFound);
        if (account.Status is not AccountStatus.Open)
            return new Refused(account.Status is AccountStatus.Frozen ? LedgerRefusals.AccountFrozen : LedgerRefusals.AccountClosed);
        var counters = account.Counters;
        if (!string.Equals(currency, account.Currency, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.CurrencyMismatch);
        if (amount > account.PerTransactionMinor)
            return new Refused(LedgerRefusals.OverTransactionLimit);
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if ((Int128)account.SpentOnDay(today) + counters.DebitsPendingMinor + amount > account.PerDayMinor)
            return new Refused(LedgerRefusals.OverDailyLimit);
        if (amount > account.AvailableMinor)
            return new Refused(LedgerRefusals.InsufficientFunds);
        // Room on the account's own debits and on the other side, so that a capture finds it.
        return (Int128)counters.DebitsPostedMinor + counters.DebitsPendingMinor + amount > long.MaxValue
            || contra.Counters.CreditsPostedMinor > ClearingLimitMinor - amount
                ? new Refused(LedgerRefusals.BalanceOverflow)
                : null;
    }

    static Refused? Unresolvable(AccountState account, HoldState? hold)
    {
        if (hold is null || !string.Equals(hold.AccountId, account.AccountId, StringComparison.Ordinal))
            return new Refused(LedgerRefusals.HoldNotFound);
        return hold.Resolution switch
        {
            HoldResolution.Captured => new Refused(LedgerRefusals.HoldAlreadyCaptured),
            HoldResolution.Released => new Refused(LedgerRefusals.HoldAlreadyReleased),
            HoldResolution.Expired => new Refused(LedgerRefusals.HoldExpired),
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
            && account.PerTransactionMinor == limits.PerTransactionMinor
            && account.PerDayMinor == limits.PerDayMinor;
    }
}
