using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>
/// A transaction from its submission to its end. Every state that waits has a deadline with a default, every state takes every message: what is
/// late, repeated or out of order is ignored by name. docs/design/transaction-saga.md is generated from it.
/// </summary>
public sealed class TransactionStateMachine : MassTransitStateMachine<TransactionSaga>
{
    /// <summary>Builds the machine.</summary>
    public TransactionStateMachine(TransactionSagaOptions options)
    {
        InstanceState(s => s.CurrentState);
        Event(() => Submitted, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Cancelled, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Reviewed, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => Assessed, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldPlaced, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => CreditRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldCaptured, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => CaptureRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => HoldReleased, e => e.CorrelateById(c => c.Message.TransactionId));
        Event(() => ReleaseRefused, e => e.CorrelateById(c => c.Message.TransactionId));
        Schedule(() => Deadline, s => s.TimerToken, s => s.Received = e => e.CorrelateById(c => c.Message.TransactionId));
        var steps = new TransactionSteps(Deadline, options);

        Initially(
            When(Submitted).Accept().Await(steps.Assessment).TransitionTo(Assessing),
            When(Assessed).RememberAssessment().Await(steps.Submission).TransitionTo(AwaitingSubmission),
            When(Cancelled).RememberCancel().Await(steps.Submission).TransitionTo(AwaitingSubmission));

        During(AwaitingSubmission, NeverSubmitted,
            When(Submitted, Is.Cancelled).Accept().PublishVoided().End(steps).TransitionTo(Voided),
            When(Submitted, Is.Unassessed).Accept().Await(steps.Assessment).TransitionTo(Assessing),
            When(Submitted, Is.FoundFraudulent).Accept().PublishFraudDeclined().End(steps).TransitionTo(Declined),
            When(Submitted, Is.FoundApproved).Accept().Post().Await(steps.Reply).TransitionTo(Posting),
            When(Submitted, Is.FoundDoubtful).Accept().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Assessed, Is.Unassessed).RememberAssessment(),
            When(Cancelled).RememberCancel(),
            Ignore(Reviewed), Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused),
            Ignore(HoldCaptured), Ignore(CaptureRefused), Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(AwaitingSubmission,
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Note("never_submitted").End(steps).TransitionTo(NeverSubmitted));

        During(NeverSubmitted,
            Ignore(Deadline.Received));

        During(Assessing,
            When(Assessed, Is.Decline).RememberAssessment().PublishFraudDeclined().End(steps).TransitionTo(Declined),
            When(Assessed, Is.Approve).RememberAssessment().Post().Await(steps.Reply).TransitionTo(Posting),
            When(Assessed, Is.Review).RememberAssessment().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            When(Cancelled).RememberCancel().PublishVoided().End(steps).TransitionTo(Voided),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.FirstNoticedLate).GiveGrace(steps),
            When(Deadline.Received, steps.DeclinesUnassessed).Because("assessment_timeout").PublishDeclined().End(steps).TransitionTo(Declined),
            When(Deadline.Received, steps.ReviewsUnassessed).AssumeReview().PlaceHold().Await(steps.Reply).TransitionTo(Holding),
            Ignore(Submitted), Ignore(Reviewed),
            Ignore(HoldPlaced), Ignore(HoldRefused), Ignore(CreditRefused),
            Ignore(HoldCaptured), Ignore(CaptureRefused), Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(Holding,
            When(HoldPlaced, Is.Cancelled).KeepHold().EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(HoldPlaced, Is.NotCancelled).KeepHold().Await(steps.Review).PublishHeld().TransitionTo(Held),
            When(HoldRefused, Is.Cancelled).Note("hold_refused", r => r.Reason).PublishVoided().End(steps).TransitionTo(Voided),
            When(HoldRefused, Is.NotCancelled).Note("hold_refused", r => r.Reason).Because(r => r.Reason).PublishDeclined().End(steps).TransitionTo(Declined),
            When(Cancelled).RememberCancel(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).PlaceHold().AwaitAgain(steps),
            Ignore(Submitted), Ignore(Assessed), Ignore(Reviewed),
            Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused), Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(Held,
            When(Cancelled).RememberCancel().EndBy("Voided").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Reviewed, Is.Released).KeepReview("released").PublishLabel(isFraud: false).Post().Await(steps.Reply).TransitionTo(Posting),
            When(Reviewed, Is.ConfirmedFraud).KeepReview("fraud_confirmed").Because("fraud_confirmed").PublishLabel(isFraud: true)
                .EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Reviewed, steps.GrantsNoMoreTime).RefuseReview(),
            When(Reviewed, steps.GrantsMoreTime).KeepReview("more_asked").Await(steps.Review),
            When(Deadline.Received, steps.ExpiresLater).RearmReview(steps),
            When(Deadline.Received, steps.ExpiresSoon).RaiseExpiring().RearmReview(steps),
            When(Deadline.Received, steps.DeclinesUnreviewed).Note("review_expired").Because("review_expired").EndBy("Declined").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Deadline.Received, steps.ApprovesUnreviewed).Note("review_expired").Post().Await(steps.Reply).TransitionTo(Posting),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused),
            Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused), Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(Posting,
            When(HoldCaptured).Note("hold_captured", r => r.Trail).PublishCompleted().End(steps).TransitionTo(Completed),
            When(CaptureRefused, Is.CapturedBefore).Note("hold_captured", r => r.Trail).PublishCompleted().End(steps).TransitionTo(Completed),
            When(CaptureRefused, Is.NotCaptured).Note("capture_refused", r => r.Reason).RaiseStuck(),
            When(HoldRefused).Note("hold_refused", r => r.Reason).Because(r => r.Reason).PublishDeclined().End(steps).TransitionTo(Declined),
            When(CreditRefused).KeepHold().Note("credit_refused", r => r.Reason).Because(r => r.Reason).EndBy("Compensated").ReleaseHold().Await(steps.Reply).TransitionTo(Releasing),
            When(Cancelled).RefuseCancel(),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).Post().AwaitAgain(steps),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldReleased), Ignore(ReleaseRefused));

        During(Releasing,
            When(HoldReleased, Ends.Voided).Note("hold_released").PublishVoided().End(steps).TransitionTo(Voided),
            When(HoldReleased, Ends.Declined).Note("hold_released").PublishDeclined().End(steps).TransitionTo(Declined),
            When(HoldReleased, Ends.Compensated).Note("hold_released").PublishCompensated().End(steps).TransitionTo(Compensated),
            When(ReleaseRefused, Ends.VoidedBefore).Note("hold_released").PublishVoided().End(steps).TransitionTo(Voided),
            When(ReleaseRefused, Ends.DeclinedBefore).Note("hold_released").PublishDeclined().End(steps).TransitionTo(Declined),
            When(ReleaseRefused, Ends.CompensatedBefore).Note("hold_released").PublishCompensated().End(steps).TransitionTo(Compensated),
            When(ReleaseRefused, Ends.NotReleased).Note("release_refused", r => r.Reason).RaiseStuck(),
            When(Cancelled).RefuseCancel(),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received, Is.Early).Rearm(steps),
            When(Deadline.Received, Is.Due).Repeat(steps).ReleaseHold().AwaitAgain(steps),
            Ignore(Submitted), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused),
            Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused));

        foreach (var ended in new[] { Completed, Declined, Compensated, Voided })
        {
            During(ended,
                Ignore(Submitted), Ignore(Cancelled), Ignore(Reviewed), Ignore(Assessed), Ignore(HoldPlaced), Ignore(HoldRefused),
                Ignore(CreditRefused), Ignore(HoldCaptured), Ignore(CaptureRefused), Ignore(HoldReleased), Ignore(ReleaseRefused),
                Ignore(Deadline.Received));
        }
    }

    /// <summary>Something about it arrived before its submission.</summary>
    public State AwaitingSubmission { get; private set; } = null!;

    /// <summary>The submission never came; if it comes after all, it goes on as if it had been in time.</summary>
    public State NeverSubmitted { get; private set; } = null!;

    /// <summary>Waits for the fraud assessment.</summary>
    public State Assessing { get; private set; } = null!;

    /// <summary>Waits for the hold on the source account, for a person is to look.</summary>
    public State Holding { get; private set; } = null!;

    /// <summary>The funds are on hold and a person looks.</summary>
    public State Held { get; private set; } = null!;

    /// <summary>The ledger places the hold, credits the destination and captures the hold, one after the other; from here on it cannot be cancelled.</summary>
    public State Posting { get; private set; } = null!;

    /// <summary>Waits for the hold to be given back.</summary>
    public State Releasing { get; private set; } = null!;

    /// <summary>The money has moved. Terminal.</summary>
    public State Completed { get; private set; } = null!;

    /// <summary>Refused; no money has moved. Terminal.</summary>
    public State Declined { get; private set; } = null!;

    /// <summary>Undone after the credit was refused; no money has moved. Terminal.</summary>
    public State Compensated { get; private set; } = null!;

    /// <summary>Taken back by its publisher; no money has moved. Terminal.</summary>
    public State Voided { get; private set; } = null!;

    /// <summary>The publisher asks.</summary>
    public Event<TransactionSubmitted> Submitted { get; private set; } = null!;

    /// <summary>The publisher takes it back.</summary>
    public Event<TransactionCancelled> Cancelled { get; private set; } = null!;

    /// <summary>A person has looked.</summary>
    public Event<TransactionReviewed> Reviewed { get; private set; } = null!;

    /// <summary>The fraud assessment.</summary>
    public Event<FraudAssessed> Assessed { get; private set; } = null!;

    /// <summary>The funds are on hold.</summary>
    public Event<HoldPlaced> HoldPlaced { get; private set; } = null!;

    /// <summary>The funds are not on hold.</summary>
    public Event<HoldRefused> HoldRefused { get; private set; } = null!;

    /// <summary>The destination cannot have the money.</summary>
    public Event<CreditRefused> CreditRefused { get; private set; } = null!;

    /// <summary>The source has paid.</summary>
    public Event<HoldCaptured> HoldCaptured { get; private set; } = null!;

    /// <summary>The hold was not captured.</summary>
    public Event<CaptureRefused> CaptureRefused { get; private set; } = null!;

    /// <summary>The source has its funds back.</summary>
    public Event<HoldReleased> HoldReleased { get; private set; } = null!;

    /// <summary>The hold was not released.</summary>
    public Event<ReleaseRefused> ReleaseRefused { get; private set; } = null!;

    /// <summary>The one timer of a transaction.</summary>
    public Schedule<TransactionSaga, TransactionDeadline> Deadline { get; private set; } = null!;
}
