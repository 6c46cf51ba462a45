using MassTransit;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Ledger;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>Conditions of the machine's table. Those on the same row exclude each other, and no step of a row changes what the next row asks.</summary>
static class Is
{
    public static bool NotAppliedFor(BehaviorContext<AccountSaga, AccountRequested> c) => c.Saga.Application is null;

    /// <summary>What this saga asks for now was done, or what it asked for before and was not told yet.</summary>
    public static bool Asked(BehaviorContext<AccountSaga, AccountFrozen> c) => c.Message.CommandId == c.Saga.CommandId || OwnAndLater(c);

    /// <summary>What this saga asked for, lately or long ago, was done, and nothing else since.</summary>
    public static bool OwnAndLater(BehaviorContext<AccountSaga, AccountFrozen> c) => !(c.Message.At < c.Saga.StatusAt) && c.Saga.HasSent(c.Message.CommandId);

    /// <summary>Somebody else has frozen it, and nobody has ended that since.</summary>
    public static bool ByOthers(BehaviorContext<AccountSaga, AccountFrozen> c) => !(c.Message.At < c.Saga.StatusAt) && !c.Saga.HasSent(c.Message.CommandId);

    /// <summary>Nobody has frozen it again since.</summary>
    public static bool Later(BehaviorContext<AccountSaga, AccountUnfrozen> c) => !(c.Message.At < c.Saga.StatusAt);

    public static bool FrozenBefore(BehaviorContext<AccountSaga, AccountCommandRefused> c) => Because(c, LedgerRefusals.AccountFrozen);

    public static bool ClosedBefore(BehaviorContext<AccountSaga, AccountCommandRefused> c) => Because(c, LedgerRefusals.AccountClosed);

    public static bool NotChanged(BehaviorContext<AccountSaga, AccountCommandRefused> c) => NotChangedWhateverFor(c) && !FrozenBefore(c);

    public static bool NotChangedWhateverFor(BehaviorContext<AccountSaga, AccountCommandRefused> c) =>
        c.Message.CommandId == c.Saga.CommandId && !ClosedBefore(c);

    static bool Because(BehaviorContext<AccountSaga, AccountCommandRefused> c, string reason) =>
        c.Message.CommandId == c.Saga.CommandId && string.Equals(c.Message.Reason, reason, StringComparison.Ordinal);
}

/// <summary>Which answers a check still waits for.</summary>
static class Checks
{
    public static bool Unscreened(BehaviorContext<AccountSaga, CustomerScreened> c) =>
        !c.Saga.Screened && string.Equals(c.Message.CustomerId, c.Saga.Application?.CustomerId, StringComparison.Ordinal);

    public static bool Unidentified(BehaviorContext<AccountSaga, IdentityChecked> c) =>
        !c.Saga.Identified && string.Equals(c.Message.CustomerId, c.Saga.Application?.CustomerId, StringComparison.Ordinal);
}

/// <summary>What a person decides, and what it can be about.</summary>
static class Decides
{
    public static bool Approve(BehaviorContext<AccountSaga, AccountReviewed> c) => c.Message.Decision == AccountDecision.Approve;

    public static bool Reject(BehaviorContext<AccountSaga, AccountReviewed> c) => c.Message.Decision == AccountDecision.Reject;

    public static bool NotOnApplication(BehaviorContext<AccountSaga, AccountReviewed> c) => !Approve(c) && !Reject(c);

    public static bool Unfreeze(BehaviorContext<AccountSaga, AccountReviewed> c) => c.Message.Decision == AccountDecision.Unfreeze;

    public static bool Close(BehaviorContext<AccountSaga, AccountReviewed> c) => c.Message.Decision == AccountDecision.Close;

    public static bool NotToClose(BehaviorContext<AccountSaga, AccountReviewed> c) => !Close(c);

    public static bool KeepFrozen(BehaviorContext<AccountSaga, AccountReviewed> c) => c.Message.Decision == AccountDecision.KeepFrozen;

    public static bool NotOnFrozen(BehaviorContext<AccountSaga, AccountReviewed> c) => Approve(c) || Reject(c);
}
