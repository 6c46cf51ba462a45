using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>Conditions of the machine's table. Those on the same row exclude each other, and no step of a row changes what the next row asks.</summary>
static class Is
{
    public static bool Cancelled(BehaviorContext<TransactionSaga, TransactionSubmitted> c) => c.Saga.CancelRequested;

    public static bool Unassessed(BehaviorContext<TransactionSaga, TransactionSubmitted> c) => c.Saga is { CancelRequested: false, Verdict: null };

    public static bool FoundFraudulent(BehaviorContext<TransactionSaga, TransactionSubmitted> c) =>
        c.Saga is { CancelRequested: false, Verdict: FraudOutcome.Decline };

    public static bool FoundApproved(BehaviorContext<TransactionSaga, TransactionSubmitted> c) =>
        c.Saga is { CancelRequested: false, Verdict: FraudOutcome.Approve } && c.Message.Capture != TransactionCapture.Manual;

    public static bool FoundApprovedForCapture(BehaviorContext<TransactionSaga, TransactionSubmitted> c) =>
        c.Saga is { CancelRequested: false, Verdict: FraudOutcome.Approve } && c.Message.Capture == TransactionCapture.Manual;

    public static bool FoundDoubtful(BehaviorContext<TransactionSaga, TransactionSubmitted> c) =>
        c.Saga is { CancelRequested: false, Verdict: FraudOutcome.Review };

    public static bool Unassessed(BehaviorContext<TransactionSaga, FraudAssessed> c) => c.Saga.Verdict is null;

    public static bool Decline(BehaviorContext<TransactionSaga, FraudAssessed> c) => c.Message.Outcome == FraudOutcome.Decline;

    public static bool Approve(BehaviorContext<TransactionSaga, FraudAssessed> c) => c.Message.Outcome == FraudOutcome.Approve && !Manual(c.Saga);

    public static bool ApproveForCapture(BehaviorContext<TransactionSaga, FraudAssessed> c) => c.Message.Outcome == FraudOutcome.Approve && Manual(c.Saga);

    public static bool Review(BehaviorContext<TransactionSaga, FraudAssessed> c) => c.Message.Outcome == FraudOutcome.Review;

    public static bool Cancelled(BehaviorContext<TransactionSaga, HoldPlaced> c) => c.Saga.CancelRequested;

    // What is approved and placed without the rest is placed for a capture; all else that is only placed is for a review.
    public static bool HeldForReview(BehaviorContext<TransactionSaga, HoldPlaced> c) => c.Saga is { CancelRequested: false, Verdict: not FraudOutcome.Approve };

    public static bool HeldForCapture(BehaviorContext<TransactionSaga, HoldPlaced> c) => c.Saga is { CancelRequested: false, Verdict: FraudOutcome.Approve };

    public static bool Cancelled(BehaviorContext<TransactionSaga, HoldRefused> c) => c.Saga.CancelRequested;

    public static bool NotCancelled(BehaviorContext<TransactionSaga, HoldRefused> c) => !c.Saga.CancelRequested;

    public static bool CapturedBefore(BehaviorContext<TransactionSaga, CaptureRefused> c) =>
        string.Equals(c.Message.Reason, LedgerRefusals.HoldAlreadyCaptured, StringComparison.Ordinal);

    public static bool NotCaptured(BehaviorContext<TransactionSaga, CaptureRefused> c) => !CapturedBefore(c);

    public static bool Released(BehaviorContext<TransactionSaga, TransactionReviewed> c) => c.Message.Decision == ReviewDecision.Release && !Manual(c.Saga);

    public static bool ReleasedForCapture(BehaviorContext<TransactionSaga, TransactionReviewed> c) => c.Message.Decision == ReviewDecision.Release && Manual(c.Saga);

    public static bool WithinHold(BehaviorContext<TransactionSaga, CaptureRequested> c) => !AboveHold(c);

    public static bool AboveHold(BehaviorContext<TransactionSaga, CaptureRequested> c) => c.Message.AmountMinor > c.Saga.AmountMinor;

    public static bool NotTaken(BehaviorContext<TransactionSaga, ReversalRequested> c) => !c.Saga.Took(c.Message.RequestId);

    public static bool Reversed(BehaviorContext<TransactionSaga, TransferPosted> c) => c.Message.CommandId == c.Saga.UndoId("reverse");

    public static bool NotReversed(BehaviorContext<TransactionSaga, TransferRefused> c) => c.Message.CommandId == c.Saga.UndoId("reverse");

    /// <summary>Whether its publisher captures it.</summary>
    public static bool Manual(TransactionSaga saga) => saga.Details is { ManualCapture: true };

    public static bool ConfirmedFraud(BehaviorContext<TransactionSaga, TransactionReviewed> c) => c.Message.Decision == ReviewDecision.ConfirmFraud;

    /// <summary>The timer is due before the state's own deadline.</summary>
    public static bool Early(BehaviorContext<TransactionSaga, TransactionDeadline> c) => !Due(c);

    /// <summary>The deadline is long past and nobody noticed: the lane was away, and the assessment may be waiting to be read.</summary>
    public static bool FirstNoticedLate(BehaviorContext<TransactionSaga, TransactionDeadline> c) =>
        c.Saga.Repeats == 0 && c.Saga.DeadlineAt is { } deadline && c.Now() > deadline + Punctual;

    static readonly TimeSpan Punctual = TimeSpan.FromSeconds(5);

    public static bool Due(BehaviorContext<TransactionSaga, TransactionDeadline> c) => c.Saga.DeadlineAt is { } deadline && c.Now() >= deadline;
}

/// <summary>How a transaction whose hold is being released ends.</summary>
static class Ends
{
    public static bool Voided(BehaviorContext<TransactionSaga, HoldReleased> c) => In(c.Saga, "Voided");

    public static bool Declined(BehaviorContext<TransactionSaga, HoldReleased> c) => In(c.Saga, "Declined");

    public static bool Compensated(BehaviorContext<TransactionSaga, HoldReleased> c) => In(c.Saga, "Compensated");

    public static bool VoidedBefore(BehaviorContext<TransactionSaga, ReleaseRefused> c) => ReleasedBefore(c) && In(c.Saga, "Voided");

    public static bool DeclinedBefore(BehaviorContext<TransactionSaga, ReleaseRefused> c) => ReleasedBefore(c) && In(c.Saga, "Declined");

    public static bool CompensatedBefore(BehaviorContext<TransactionSaga, ReleaseRefused> c) => ReleasedBefore(c) && In(c.Saga, "Compensated");

    /// <summary>The last request for it was refused; what was said of an earlier one is known.</summary>
    public static bool NotReleased(BehaviorContext<TransactionSaga, ReleaseRefused> c) => !ReleasedBefore(c) && c.Message.CommandId == c.Saga.UndoId("release");

    static bool ReleasedBefore(BehaviorContext<TransactionSaga, ReleaseRefused> c) => c.Message.Reason is LedgerRefusals.HoldAlreadyReleased or LedgerRefusals.HoldExpired;

    static bool In(TransactionSaga saga, string ending) => string.Equals(saga.Ending, ending, StringComparison.Ordinal);
}
