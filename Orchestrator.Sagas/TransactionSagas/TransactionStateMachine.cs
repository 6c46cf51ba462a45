using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>
/// A transaction from its submission to its end. Every state that waits has a deadline with a default, every state takes every message: what is
/// late, repeated or out of order is ignored, what somebody asks for too late is refused by name. docs/design/transaction-saga.md is generated from it.
/// </summary>
public sealed partial class TransactionStateMachine : MassTransitStateMachine<TransactionSaga>
{
    /// <summary>Builds the machine.</summary>
    public TransactionStateMachine(TransactionSagaOptions options)
    {
        InstanceState(s => s.CurrentState);
        Event(() => Submitted, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Cancelled, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Reviewed, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => CaptureAsked, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => ReversalAsked, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Operated, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Assessed, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldPlaced, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => CreditRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldCaptured, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => CaptureRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldReleased, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => ReleaseRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        // The ledger undoes a transaction by another one; transfers that no saga asked for find none.
        Event(() => TransferPosted, e => e.CorrelateById(c => StepIds.Undoing(c.Message.TransactionId)));
        Event(() => TransferRefused, e => e.CorrelateById(c => StepIds.Undoing(c.Message.TransactionId)));
        Schedule(() => Deadline, s => s.TimerToken, s => s.Received = e => e.CorrelateById(c => c.Message.TransactionId));
        var steps = new TransactionSteps(Deadline, options);

        BeforeTheLedger(steps);
        WhileItIsHeld(steps);
        WhileItMoves(steps);
        WhileItIsUndone(steps);
        OnceItHasEnded(steps);
    }

    void BeforeTheLedger(TransactionSteps steps)
    {
        Initially(
            When(Submitted).Accept().Await(steps.Assessment).TransitionTo(Assessing),
            When(Assessed).RememberAssessment().Await(steps.Submission).TransitionTo(AwaitingSubmission),
            When(Cancelled).RememberCancel(AwaitingSubmission).Await(steps.Submission).TransitionTo(AwaitingSubmission));

        During(AwaitingSubmission, NeverSubmitted,
            When(Submitted, Is.Cancelled).Accept().PublishVoided().End(steps).TransitionTo(Voided),
            When(Submitted, Is.Unassessed).Accept().Await(steps.Assessment).TransitionTo(Assessing),
            When(Submitted, Is.FoundFraudulent).Accept().PublishFraudDeclined().End(steps).TransitionTo(Declined),
            When(Submitted, Is.FoundApproved).Accept().Post().Await(steps.Reply).TransitionTo(Posting),
            When(Submitted, Is.FoundApprovedForCapture).Accept().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Submitted, Is.FoundDoubtful).Accept().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Assessed, Is.Unassessed).RememberAssessment(),
            When(Cancelled).RememberCancel(),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));

        During(AwaitingSubmission,
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Note("never_submitted").End(steps).TransitionTo(NeverSubmitted));

        During(NeverSubmitted,
            Ignore(Deadline.Received));

        During(Assessing,
            When(Assessed, Is.Decline).RememberAssessment().PublishFraudDeclined().End(steps).TransitionTo(Declined),
            When(Assessed, Is.Approve).RememberAssessment().Post().Await(steps.Reply).TransitionTo(Posting),
            When(Assessed, Is.ApproveForCapture).RememberAssessment().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Assessed, Is.Review).RememberAssessment().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Cancelled).RememberCancel(Voided).PublishVoided().End(steps).TransitionTo(Voided),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.MovesTo("holding")).KeepOperation("moved", Holding).AssumeReview().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Operated, TransactionOperations.MovesTo("declined")).KeepOperation("moved", Declined).Because("declined_by_operator").PublishDeclined().End(steps).TransitionTo(Declined),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.FirstNoticedLate).GiveGrace(steps),
            When(Deadline.Received, steps.DeclinesUnassessed).Because("assessment_timeout").PublishDeclined().End(steps).TransitionTo(Declined),
            When(Deadline.Received, steps.ReviewsUnassessed).AssumeReview().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));
    }

    void WhileItIsHeld(TransactionSteps steps)
    {
        During(Holding,
            When(HoldPlaced, Is.Cancelled).KeepHold().EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(HoldPlaced, Is.HeldForReview).KeepHold().Await(steps.Review).PublishHeld().TransitionTo(Held),
            When(HoldPlaced, Is.HeldForCapture).KeepHold().Await(steps.Authorisation).PublishAuthorised().TransitionTo(Authorised),
            When(HoldRefused, Is.Cancelled).Note("hold_refused", r => r.Reason).PublishVoided().End(steps).TransitionTo(Voided),
            When(HoldRefused, Is.NotCancelled).Note("hold_refused", r => r.Reason).Because(r => r.Reason).PublishDeclined().End(steps).TransitionTo(Declined),
            When(Cancelled).RememberCancel(),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.Retries).KeepOperation("retried").PlaceHold(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).PlaceHold().AwaitAgain(steps),
            When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));

        During(Held,
            When(Cancelled).RememberCancel(Releasing).EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Reviewed, Is.Released).KeepReview("released", Posting).PublishLabel(isFraud: false).Post().Await(steps.Reply).TransitionTo(Posting),
            When(Reviewed, Is.ReleasedForCapture).KeepReview("released", Authorised).PublishLabel(isFraud: false)
                .Await(steps.Authorisation).PublishAuthorised().TransitionTo(Authorised),
            When(Reviewed, Is.ConfirmedFraud).KeepReview("fraud_confirmed", Releasing).Because("fraud_confirmed").PublishLabel(isFraud: true)
                .EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Reviewed, steps.GrantsNoMoreTime).RefuseReview(RequestRefusals.NoMoreTime),
            When(Reviewed, steps.GrantsMoreTime).KeepReview("more_asked").Await(steps.Review),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.MovesTo("posting")).KeepOperation("moved", Posting).Post().Await(steps.Reply).TransitionTo(Posting),
            When(Operated, TransactionOperations.MovesTo("authorised")).KeepOperation("moved", Authorised).Await(steps.Authorisation).PublishAuthorised().TransitionTo(Authorised),
            When(Operated, TransactionOperations.MovesTo("declined")).KeepOperation("moved", Releasing).Because("declined_by_operator")
                .EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Deadline.Received, steps.ExpiresLater).RearmReview(steps),
            When(Deadline.Received, steps.ExpiresSoon).RaiseExpiring("hold_expiring").RearmReview(steps),
            When(Deadline.Received, steps.DeclinesUnreviewed).Note("review_expired").Because("review_expired").EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Deadline.Received, steps.ApprovesUnreviewed).Note("review_expired").Post().Await(steps.Reply).TransitionTo(Posting),
            When(Deadline.Received, steps.AuthorisesUnreviewed).Note("review_expired").Await(steps.Authorisation).PublishAuthorised().TransitionTo(Authorised),
            When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));

        During(Authorised,
            When(CaptureAsked, Is.AboveHold).RefuseCapture(),
            When(CaptureAsked, Is.WithinHold).KeepCapture(Posting).Post().Await(steps.Reply).TransitionTo(Posting),
            When(Cancelled).RememberCancel(Releasing).EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.MovesTo("voided")).KeepOperation("moved", Releasing).EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Deadline.Received, steps.ExpiresLater).RearmReview(steps),
            When(Deadline.Received, steps.ExpiresSoon).RaiseExpiring("authorisation_expiring").RearmReview(steps),
            When(Deadline.Received, Is.Due).Note("authorisation_expired").Because("authorisation_expired").EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Reviewed).RefuseReview(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));
    }

    void WhileItMoves(TransactionSteps steps) =>
        During(Posting,
            When(HoldCaptured).Note("hold_captured", r => r.Trail).PublishCompleted().End(steps).TransitionTo(Completed),
            When(CaptureRefused, Is.CapturedBefore).Note("hold_captured", r => r.Trail).PublishCompleted().End(steps).TransitionTo(Completed),
            When(CaptureRefused, Is.NotCaptured).Note("capture_refused", r => r.Reason).RaiseStuck(),
            When(HoldRefused).Note("hold_refused", r => r.Reason).Because(r => r.Reason).PublishDeclined().End(steps).TransitionTo(Declined),
            When(CreditRefused).KeepHold().Note("credit_refused", r => r.Reason).Because(r => r.Reason).EndBy("Compensated").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.Retries).KeepOperation("retried").Post(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).Post().AwaitAgain(steps),
            When(Cancelled).RefuseCancel(), When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));

    void WhileItIsUndone(TransactionSteps steps)
    {
        During(Releasing,
            When(HoldReleased, Ends.Voided).Note("hold_released").PublishVoided().End(steps).TransitionTo(Voided),
            When(HoldReleased, Ends.Declined).Note("hold_released").PublishDeclined().End(steps).TransitionTo(Declined),
            When(HoldReleased, Ends.Compensated).Note("hold_released").PublishCompensated().End(steps).TransitionTo(Compensated),
            When(ReleaseRefused, Ends.VoidedBefore).Note("hold_released").PublishVoided().End(steps).TransitionTo(Voided),
            When(ReleaseRefused, Ends.DeclinedBefore).Note("hold_released").PublishDeclined().End(steps).TransitionTo(Declined),
            When(ReleaseRefused, Ends.CompensatedBefore).Note("hold_released").PublishCompensated().End(steps).TransitionTo(Compensated),
            When(ReleaseRefused, Ends.NotReleased).Park(steps, "release_refused", r => r.Reason).TransitionTo(CompensationFailed),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.Retries).KeepOperation("retried").ReleaseHold(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).ReleaseHold().AwaitAgain(steps),
            When(Cancelled).RefuseCancel(), When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(TransferPosted), Ignore(TransferRefused));

        During(Reversing,
            When(TransferPosted, Is.Reversed).PublishReversed().End(steps).TransitionTo(Reversed),
            When(TransferRefused, Is.NotReversed).Park(steps, "reversal_failed", r => r.Reason).TransitionTo(CompensationFailed),
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.Retries).KeepOperation("retried").Reverse(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).Reverse().AwaitAgain(steps),
            When(Cancelled).RefuseCancel(), When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(CompensationFailed,
            When(Operated, TransactionOperations.Refused).RefuseOperation(),
            When(Operated, TransactionOperations.RetriesRelease).KeepOperation("retried", Releasing).NextAttempt().ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Operated, TransactionOperations.RetriesReversal).KeepOperation("retried", Reversing).NextAttempt().Reverse().Await(steps.Reply).TransitionTo(Reversing),
            When(Operated, TransactionOperations.ResolvesTo("compensated")).KeepOperation("resolved", Compensated).ByHand().PublishCompensated().End(steps).TransitionTo(Compensated),
            When(Operated, TransactionOperations.ResolvesTo("declined")).KeepOperation("resolved", Declined).ByHand().PublishDeclined().End(steps).TransitionTo(Declined),
            When(Operated, TransactionOperations.ResolvesTo("voided")).KeepOperation("resolved", Voided).ByHand().PublishVoided().End(steps).TransitionTo(Voided),
            When(Operated, TransactionOperations.ResolvesTo("reversed")).KeepOperation("resolved", Reversed).ByHand().PublishReversed().End(steps).TransitionTo(Reversed),
            When(Operated, TransactionOperations.ResolvesTo("completed")).KeepOperation("resolved", Completed).GiveUpReversal().End(steps).TransitionTo(Completed),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Remind().AwaitReminder(steps),
            When(Cancelled).RefuseCancel(), When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(), When(ReversalAsked).RefuseReversal(),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
            Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused));
    }

    void OnceItHasEnded(TransactionSteps steps)
    {
        During(Completed,
            When(ReversalAsked, Is.NotTaken).KeepReversal(Reversing).Reverse().Await(steps.Reply).TransitionTo(Reversing));

        During(Declined, Compensated, Voided, Reversed,
            When(ReversalAsked).RefuseReversal());

        foreach (var ended in new[] { Completed, Declined, Compensated, Voided, Reversed })
        {
            During(ended,
                When(Operated, TransactionOperations.Refused).RefuseOperation(),
                When(Cancelled).RefuseCancel(), When(Reviewed).RefuseReview(), When(CaptureAsked).RefuseCapture(),
                Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused),
                Ignore(HoldReleased), Ignore(ReleaseRefused), Ignore(TransferPosted), Ignore(TransferRefused), Ignore(Deadline.Received));
        }
    }
}
