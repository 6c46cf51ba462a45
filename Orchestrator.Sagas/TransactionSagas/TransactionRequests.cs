using System.Globalization;
using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>What people and publishers ask of a transaction after its submission: taken or refused, and either way noted in its timeline and in the audit.</summary>
static class TransactionRequests
{
    const string Publisher = "publisher";

    public static EventActivityBinder<TransactionSaga, TransactionCancelled> RememberCancel(
        this EventActivityBinder<TransactionSaga, TransactionCancelled> on, State? to = null) => on.Then(c =>
    {
        if (c.Saga.CancelRequested)
            return;
        c.Saga.Owner(c.Message.SourceAccountId);
        c.Saga.CancelRequested = true;
        c.Saga.CancelReason = c.Message.Reason;
        c.Happened("cancel_requested", c.Message.Reason);
        c.Record(c.Id("cancellation"), "cancellation", Publisher, c.Message.RequestedAt, c.Message.Reason, to?.Name);
    });

    public static EventActivityBinder<TransactionSaga, TransactionCancelled> RefuseCancel(this EventActivityBinder<TransactionSaga, TransactionCancelled> on) => on.Then(c =>
    {
        if (c.Saga.CancelRequested)
            return;
        var refusal = c.Saga.CurrentState is "Completed" ? RequestRefusals.Completed : RequestRefusals.TooLate;
        c.HappenedOnce("cancel_refused", refusal is RequestRefusals.Completed ? "completed: it can be reversed" : "too late");
        c.Record(c.Id("cancellation"), "cancellation", Publisher, c.Message.RequestedAt, c.Message.Reason, refusal: refusal);
    });

    public static EventActivityBinder<TransactionSaga, TransactionReviewed> KeepReview(
        this EventActivityBinder<TransactionSaga, TransactionReviewed> on, string what, State? to = null) => on.Then(c =>
    {
        c.Happened(what, Words(c.Message.ReviewedBy, c.Message.Reason));
        c.Saga.Take(c.Message.ReviewId);
        c.Record(c.Message.ReviewId, "review", c.Message.ReviewedBy, c.Message.ReviewedAt, c.Message.Reason, to?.Name);
    });

    public static EventActivityBinder<TransactionSaga, TransactionReviewed> RefuseReview(
        this EventActivityBinder<TransactionSaga, TransactionReviewed> on, string refusal = RequestRefusals.NotHeld) => on.Then(c =>
    {
        if (c.Saga.Took(c.Message.ReviewId))
            return;
        c.HappenedOnce("review_refused", $"{c.Message.ReviewedBy}: {refusal}");
        c.Record(c.Message.ReviewId, "review", c.Message.ReviewedBy, c.Message.ReviewedAt, c.Message.Reason, refusal: refusal);
    });

    public static EventActivityBinder<TransactionSaga, CaptureRequested> KeepCapture(this EventActivityBinder<TransactionSaga, CaptureRequested> on, State to) => on.Then(c =>
    {
        c.Saga.Beyond.CapturedMinor = c.Message.AmountMinor is { } part && part < c.Saga.AmountMinor ? part : null;
        c.Happened("capture_requested", c.Message.Reason);
        c.Saga.Take(c.Message.RequestId);
        c.Record(c.Message.RequestId, "capture", Publisher, c.Message.RequestedAt, c.Message.Reason, to.Name);
    });

    public static EventActivityBinder<TransactionSaga, CaptureRequested> RefuseCapture(this EventActivityBinder<TransactionSaga, CaptureRequested> on) => on.Then(c =>
    {
        if (c.Saga.Took(c.Message.RequestId))
            return;
        var refusal = c.Saga.CurrentState switch
        {
            "Authorised" => RequestRefusals.ExceedsHold,
            "Posting" or "Completed" or "Reversing" or "Reversed" => RequestRefusals.AlreadyCaptured,
            _ => RequestRefusals.NotAuthorised,
        };
        c.HappenedOnce("capture_request_refused", refusal is RequestRefusals.ExceedsHold
            ? string.Create(CultureInfo.InvariantCulture, $"{refusal}: {c.Message.AmountMinor} of {c.Saga.AmountMinor}")
            : refusal);
        c.Record(c.Message.RequestId, "capture", Publisher, c.Message.RequestedAt, c.Message.Reason, refusal: refusal);
    });

    public static EventActivityBinder<TransactionSaga, ReversalRequested> KeepReversal(this EventActivityBinder<TransactionSaga, ReversalRequested> on, State to) => on.Then(c =>
    {
        c.Saga.Beyond.ReversalReason = c.Message.Reason;
        c.Saga.Ending = "Reversed";
        c.Saga.EndedAt = null;
        c.Happened("reversal_requested", Words(c.Message.Actor, c.Message.Reason));
        c.Saga.Take(c.Message.RequestId);
        c.Record(c.Message.RequestId, "reversal", c.Message.Actor, c.Message.At, c.Message.Reason, to.Name);
    });

    public static EventActivityBinder<TransactionSaga, ReversalRequested> RefuseReversal(this EventActivityBinder<TransactionSaga, ReversalRequested> on) => on.Then(c =>
    {
        if (c.Saga.Took(c.Message.RequestId))
            return;
        var refusal = c.Saga.Ending is "Reversed" ? RequestRefusals.AlreadyReversed : RequestRefusals.NotCompleted;
        c.HappenedOnce("reversal_refused", $"{c.Message.Actor}: {refusal}");
        c.Record(c.Message.RequestId, "reversal", c.Message.Actor, c.Message.At, c.Message.Reason, refusal: refusal);
    });

    public static EventActivityBinder<TransactionSaga, TransactionOperated> KeepOperation(
        this EventActivityBinder<TransactionSaga, TransactionOperated> on, string what, State? to = null) => on.Then(c =>
    {
        c.Happened(what, Words(c.Message.Actor, c.Message.Reason));
        c.Saga.Take(c.Message.OperationId);
        c.Record(c.Message.OperationId, KindOf(c.Message), c.Message.Actor, c.Message.At, c.Message.Reason, to?.Name);
    });

    public static EventActivityBinder<TransactionSaga, TransactionOperated> RefuseOperation(this EventActivityBinder<TransactionSaga, TransactionOperated> on) => on.Then(c =>
    {
        var refusal = TransactionOperations.RefusalOf(c)!;
        c.HappenedOnce("operation_refused", $"{c.Message.Actor}: {KindOf(c.Message)}, {refusal}");
        c.Record(c.Message.OperationId, KindOf(c.Message), c.Message.Actor, c.Message.At, c.Message.Reason, refusal: refusal);
    });

    /// <summary>An operator lets people look although nothing was assessed.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionOperated> AssumeReview(this EventActivityBinder<TransactionSaga, TransactionOperated> on) => on.Then(c =>
    {
        c.Saga.Verdict = FraudOutcome.Review;
        c.Saga.Findings = $"Moved to review by {c.Message.Actor}.";
    });

    /// <summary>The ledger's answer to an id never changes, so what is asked anew has another one.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionOperated> NextAttempt(this EventActivityBinder<TransactionSaga, TransactionOperated> on) => on.Then(c =>
    {
        c.Saga.Beyond.Attempt++;
        c.Saga.Beyond.FailedBecause = null;
    });

    /// <summary>A person has found how it ended.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionOperated> ByHand(this EventActivityBinder<TransactionSaga, TransactionOperated> on) => on.Then(c =>
    {
        c.Saga.Reason ??= "resolved_by_hand";
        c.Saga.Beyond.FailedBecause = null;
    });

    /// <summary>The reversal is given up: what has completed stays as it is.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionOperated> GiveUpReversal(this EventActivityBinder<TransactionSaga, TransactionOperated> on) => on.Then(c =>
    {
        c.Saga.Beyond.FailedBecause = null;
        c.Saga.Beyond.ReversalReason = null;
        c.Saga.Beyond.GivenUpReversals++;
        // Another one is asked for under another id.
        c.Saga.Beyond.Attempt++;
        c.Saga.Ending = null;
        c.Happened("reversal_given_up");
    });

    static string KindOf(TransactionOperated message) => message.Operation switch
    {
        SagaOperation.Retry => "retry",
        SagaOperation.Resolve => "resolve",
        _ => "move",
    };

    static string Words(string who, string? why) => why is null ? who : $"{who}: {why}";

    // Refused once is refused; what is different about the second is in the audit.
    static void HappenedOnce<T>(this BehaviorContext<TransactionSaga, T> c, string what, string why) where T : class
    {
        if (!c.Saga.Timeline.Exists(e => string.Equals(e.What, what, StringComparison.Ordinal) && string.Equals(e.Why, why, StringComparison.Ordinal)))
            c.Happened(what, why);
    }

    static void Record<T>(
        this BehaviorContext<TransactionSaga, T> c, Guid id, string kind, string actor, DateTimeOffset askedAt, string? reason, string? to = null, string? refusal = null)
        where T : class => (c.Saga.Acts ??= []).Add(
            new SagaAct(id, c.Saga.CorrelationId, kind, actor, askedAt, c.Now(), c.Saga.CurrentState, to ?? c.Saga.CurrentState, reason, refusal));
}
