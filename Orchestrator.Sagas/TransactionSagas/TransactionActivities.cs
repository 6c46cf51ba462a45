using MassTransit;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>What the machine's table does, by name: remembering, commands to the ledger, announcements.</summary>
static class TransactionActivities
{
    const int MostRepeatsNoted = 10;

    public static EventActivityBinder<TransactionSaga, TransactionSubmitted> Accept(this EventActivityBinder<TransactionSaga, TransactionSubmitted> on) => on.Then(c =>
    {
        var (saga, message) = (c.Saga, c.Message);
        saga.SourceAccountId = message.SourceAccountId;
        saga.DestinationAccountId = message.DestinationAccountId;
        saga.AmountMinor = message.AmountMinor;
        saga.Currency = message.Currency;
        saga.Kind = message.Kind;
        saga.SubmittedAt = Stored(c.SentTime is { } sent ? new DateTimeOffset(sent, TimeSpan.Zero) : c.Now());
        saga.EndedAt = null;
        if (message.Capture == TransactionCapture.Manual)
            saga.Beyond.ManualCapture = true;
        c.Happened("submitted");
    });

    public static EventActivityBinder<TransactionSaga, FraudAssessed> RememberAssessment(this EventActivityBinder<TransactionSaga, FraudAssessed> on) => on.Then(c =>
    {
        c.Saga.Owner(c.Message.SourceAccountId);
        c.Saga.Verdict = c.Message.Outcome;
        c.Saga.Score = c.Message.Score;
        c.Saga.Findings = c.Message.Reasons.Count == 0 ? null : string.Join('\n', c.Message.Reasons.Select(r => r.Sentence));
        c.Happened("assessed", c.Message.Outcome switch { FraudOutcome.Approve => "approve", FraudOutcome.Review => "review", _ => "decline" });
    });

    public static EventActivityBinder<TransactionSaga, HoldPlaced> KeepHold(this EventActivityBinder<TransactionSaga, HoldPlaced> on) => on.Then(c =>
    {
        c.Saga.HoldId = c.Message.HoldId;
        c.Saga.HoldPlacedAt = Stored(c.Message.At);
        c.Happened("hold_placed");
    });

    public static EventActivityBinder<TransactionSaga, CreditRefused> KeepHold(this EventActivityBinder<TransactionSaga, CreditRefused> on) => on.Then(c =>
    {
        c.Saga.HoldId = c.Id("hold");
        c.Trail(c.Message.Trail);
    });

    public static EventActivityBinder<TransactionSaga, TransactionDeadline> AssumeReview(this EventActivityBinder<TransactionSaga, TransactionDeadline> on) => on.Then(c =>
    {
        c.Saga.Verdict = FraudOutcome.Review;
        c.Saga.Findings = "The assessment did not come in time.";
        c.Happened("assessment_timeout", "review");
    });

    public static EventActivityBinder<TransactionSaga, T> Note<T>(this EventActivityBinder<TransactionSaga, T> on, string what, Func<T, string>? why = null)
        where T : class => on.Then(c => c.Happened(what, why?.Invoke(c.Message)));

    /// <summary>Notes what the ledger did by itself, when it did, and then the last step.</summary>
    public static EventActivityBinder<TransactionSaga, T> Note<T>(this EventActivityBinder<TransactionSaga, T> on, string what, Func<T, TransferTrail?> trail)
        where T : class, ILedgerReply => on.Then(c =>
        {
            c.Saga.HoldId = c.Id("hold");
            c.Trail(trail(c.Message));
            c.Happened(what, at: c.Message.At);
        });

    public static EventActivityBinder<TransactionSaga, T> Because<T>(this EventActivityBinder<TransactionSaga, T> on, string reason) where T : class =>
        on.Because(_ => reason);

    public static EventActivityBinder<TransactionSaga, T> Because<T>(this EventActivityBinder<TransactionSaga, T> on, Func<T, string> reason) where T : class =>
        on.Then(c => c.Saga.Reason = reason(c.Message));

    public static EventActivityBinder<TransactionSaga, T> EndBy<T>(this EventActivityBinder<TransactionSaga, T> on, string ending) where T : class =>
        on.Then(c => c.Saga.Ending = ending);

    public static EventActivityBinder<TransactionSaga, T> PlaceHold<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class =>
        on.Register(TransactionUndo.ReleaseHold).Step("placing_hold").Publish(c => new PlaceHold(
            c.Id("hold"), c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.AmountMinor!.Value, c.Saga.Currency!, c.Saga.SourceAccountId, c.Saga.StepAt,
            CounterpartyAccountId: c.Saga.DestinationAccountId));

    /// <summary>
    /// All three steps at once: the ledger goes from one to the next by itself. Where the funds are on hold already, for somebody looked at them, the two that are left.
    /// </summary>
    public static EventActivityBinder<TransactionSaga, T> Post<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class =>
        on.Register(TransactionUndo.ReleaseHold | TransactionUndo.ReverseTransfer).Step("posting").IfElse(c => c.Saga.HoldId is null, then => then.Publish(c => c.WholePosting()), held => held.Publish(c => c.RestOfPosting()));

    public static EventActivityBinder<TransactionSaga, T> ReleaseHold<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class =>
        on.Register(TransactionUndo.ReleaseHold).Step("releasing_hold").Publish(c => new ReleaseHold(
            c.Saga.UndoId("release"), c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.HoldId!.Value, c.Saga.SourceAccountId, c.Saga.StepAt));

    public static EventActivityBinder<TransactionSaga, T> Reverse<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class =>
        on.Register(TransactionUndo.ReverseTransfer).Step("reversing").Publish(c => new Reverse(
            c.Saga.UndoId("reverse"), StepIds.Undoing(c.Saga.CorrelationId), c.Saga.DestinationAccountId!, c.Id("credit"), c.Saga.SourceAccountId, c.Saga.StepAt));

    /// <summary>What would undo the step that follows is recorded before it.</summary>
    static EventActivityBinder<TransactionSaga, T> Register<T>(this EventActivityBinder<TransactionSaga, T> on, TransactionUndo undo) where T : class =>
        on.Then(c => c.Saga.Undo = undo);

    /// <summary>No reply came: the command that follows is the same as before, to the byte, so the ledger answers as before. At last people are told.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> Repeat(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Then(c => c.Saga.Repeats++)
        .If(c => c.Saga.Repeats == steps.Options.RepeatsBeforeAlert, then => then.RaiseStuck());

    public static EventActivityBinder<TransactionSaga, T> RaiseStuck<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class =>
        on.Publish(c => c.Alert("transaction_stuck", $"No usable answer from the ledger in {c.Saga.CurrentState}; it is asked again until there is one."));

    public static EventActivityBinder<TransactionSaga, T> PublishHeld<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Note("held")
        .Publish(c => new TransactionHeld(c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.DeadlineAt!.Value, c.Now()))
        .Publish(c => c.Alert("fraud_review", c.Saga.Findings));

    public static EventActivityBinder<TransactionSaga, T> PublishAuthorised<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Note("authorised")
        .Publish(c => new TransactionAuthorised(
            c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.AmountMinor!.Value, c.Saga.Currency!, c.Saga.DeadlineAt!.Value, c.Now()));

    public static EventActivityBinder<TransactionSaga, T> PublishReversed<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Because("reversed")
        .Undone("reversed")
        .Publish(c => new TransactionReversed(
            c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.MovedMinor!.Value, c.Saga.Currency!, c.Saga.Details!.ReversalReason!, c.Now()));

    /// <summary>It was undone, or there was nothing to undo.</summary>
    static EventActivityBinder<TransactionSaga, T> Undone<T>(this EventActivityBinder<TransactionSaga, T> on, string what, Func<TransactionSaga, string?>? why = null)
        where T : class => on.Then(c =>
        {
            c.Saga.Undo = TransactionUndo.Nothing;
            c.Happened(what, why?.Invoke(c.Saga));
        });

    /// <summary>Asking again would not mend it: people have to.</summary>
    public static EventActivityBinder<TransactionSaga, T> Park<T>(this EventActivityBinder<TransactionSaga, T> on, TransactionSteps steps, string what, Func<T, string> why)
        where T : class => on
        .Then(c =>
        {
            c.Saga.Beyond.FailedBecause = why(c.Message);
            c.Happened(what, why(c.Message));
            c.Happened("compensation_failed");
        })
        .Await(steps.Reminder)
        .Publish(c => c.ParkedAlert());

    /// <summary>Nobody has resolved it yet.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> Remind(this EventActivityBinder<TransactionSaga, TransactionDeadline> on) => on
        .Then(c => c.Saga.Repeats++)
        .Publish(c => c.ParkedAlert());

    public static EventActivityBinder<TransactionSaga, T> PublishFraudDeclined<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Because("fraud_declined")
        .PublishDeclined()
        .Publish(c => c.Alert("fraud_declined", c.Saga.Findings));

    public static EventActivityBinder<TransactionSaga, T> PublishDeclined<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Undone("declined", saga => saga.Reason)
        .Publish(c => new TransactionDeclined(c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.Reason!, c.Now()));

    public static EventActivityBinder<TransactionSaga, T> PublishCompleted<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Then(c =>
        {
            c.Saga.Undo = TransactionUndo.ReverseTransfer;
            c.Happened("completed");
        })
        .Publish(c => new TransactionCompleted(
            c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.DestinationAccountId!, c.Saga.MovedMinor!.Value, c.Saga.Currency!, c.Now(),
            c.Saga.Details?.CapturedMinor is { } captured ? c.Saga.AmountMinor - captured : null));

    public static EventActivityBinder<TransactionSaga, T> PublishVoided<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Undone("voided", saga => saga.CancelReason)
        .Publish(c => new TransactionVoided(c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Now(), c.Saga.CancelReason));

    public static EventActivityBinder<TransactionSaga, T> PublishCompensated<T>(this EventActivityBinder<TransactionSaga, T> on) where T : class => on
        .Undone("compensated", saga => saga.Reason)
        .Publish(c => new TransactionCompensated(c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.Reason!, c.Now()))
        .Publish(c => c.Alert("compensated", $"The destination could not be credited: {c.Saga.Reason}. The hold was released."));

    /// <summary>What a person has found is a label: models learn from it, and so do the features of the terminal, the device and the payee.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionReviewed> PublishLabel(
        this EventActivityBinder<TransactionSaga, TransactionReviewed> on, bool isFraud) => on.Publish(c => new FraudLabelled(
            c.Id("label"), c.Saga.CorrelationId, c.Saga.SourceAccountId, isFraud, LabelSource.Case, c.Message.ReviewedAt, Reason: c.Message.Reason));

    public static EventActivityBinder<TransactionSaga, TransactionDeadline> RaiseExpiring(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, string kind) => on
        .Then(c => c.Saga.Repeats++)
        .Note("expiring_soon")
        .Publish(c => c.Alert(kind, c.Saga.Findings));

    static PlaceHold WholePosting<T>(this BehaviorContext<TransactionSaga, T> c) where T : class => new(
        c.Id("hold"), c.Saga.CorrelationId, c.Saga.SourceAccountId, c.Saga.AmountMinor!.Value, c.Saga.Currency!, c.Saga.SourceAccountId, c.Saga.StepAt,
        new TransferOnward(c.Saga.DestinationAccountId!, c.Id("credit"), c.Id("capture")));

    static Credit RestOfPosting<T>(this BehaviorContext<TransactionSaga, T> c) where T : class => new(
        c.Id("credit"), c.Saga.CorrelationId, c.Saga.DestinationAccountId!, c.Saga.MovedMinor!.Value, c.Saga.Currency!, c.Saga.SourceAccountId, c.Saga.StepAt,
        new CaptureOnward(
            c.Saga.SourceAccountId, c.Saga.HoldId!.Value, c.Id("capture"), c.Saga.HoldPlacedAt ?? c.Saga.StepAt, AmountMinor: c.Saga.Details?.CapturedMinor));

    static EventActivityBinder<TransactionSaga, T> Step<T>(this EventActivityBinder<TransactionSaga, T> on, string what) where T : class => on.Then(c =>
    {
        if (c.IsAskedAgain())
        {
            // Later ones are the same once more, and the timeline is to have room for how it ends.
            if (c.Saga.Repeats <= MostRepeatsNoted)
                c.Happened(what, "again");
            return;
        }
        c.Saga.StepAt = Stored(c.Now());
        c.Happened(what);
    });

    // An operator has it asked again while its answer is waited for; what is asked anew is another step.
    static bool IsAskedAgain<T>(this BehaviorContext<TransactionSaga, T> c) where T : class => c.Message switch
    {
        TransactionDeadline => c.Saga.Repeats > 0,
        TransactionOperated { Operation: SagaOperation.Retry } => c.Saga.CurrentState is not "CompensationFailed",
        _ => false,
    };

    // Each is another alert: it says that nobody has looked since the last one.
    static AlertRaised ParkedAlert<T>(this BehaviorContext<TransactionSaga, T> c) where T : class => new(
        c.Id($"alert:compensation_failed:{c.Saga.Details!.Attempt}:{c.Saga.Repeats}"), c.Saga.SourceAccountId, "compensation_failed", c.Saga.Score ?? 0,
        [$"The ledger refuses what would undo the transaction: {c.Saga.Details.FailedBecause}. Somebody has to have it asked anew, or to resolve it by hand."],
        c.Now(), c.Saga.CorrelationId);

    static AlertRaised Alert<T>(this BehaviorContext<TransactionSaga, T> c, string kind, string? findings) where T : class => new(
        c.Id($"alert:{kind}"), c.Saga.SourceAccountId, kind, c.Saga.Score ?? 0, findings?.Split('\n') ?? [], c.Now(), c.Saga.CorrelationId);

    public static Guid Id<T>(this BehaviorContext<TransactionSaga, T> c, string step) where T : class => StepIds.Of(c.Saga.CorrelationId, step);

    static void Trail<T>(this BehaviorContext<TransactionSaga, T> c, TransferTrail? trail) where T : class
    {
        if (trail is null)
            return;
        if (!c.Saga.Timeline.Exists(e => e.What is "hold_placed"))
            c.Happened("hold_placed", at: trail.HoldPlacedAt);
        if (trail.CreditedAt is { } credited)
            c.Happened("credited", at: credited);
    }

    public static void Happened<T>(this BehaviorContext<TransactionSaga, T> c, string what, string? why = null, DateTimeOffset? at = null) where T : class
    {
        var now = Stored(c.Now());
        c.Saga.UpdatedAt = now;
        if (c.Saga.Timeline.Count < TransactionSaga.MaxTimeline)
            c.Saga.Timeline.Add(new TimelineEntry(at is { } then ? Stored(then) : now, what, why));
    }

    // As precise as PostgreSQL stores it, so that what is read back is what was decided.
    static DateTimeOffset Stored(DateTimeOffset instant) => new(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMicrosecond), instant.Offset);
}
