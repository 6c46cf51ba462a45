using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Sagas.TransactionSagas;

public sealed partial class TransactionStateMachine
{
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

    /// <summary>It is approved, the funds are on hold, and the publisher captures them, or a part.</summary>
    public State Authorised { get; private set; } = null!;

    /// <summary>The ledger places the hold, credits the destination and captures the hold, one after the other; from here on it cannot be cancelled.</summary>
    public State Posting { get; private set; } = null!;

    /// <summary>Waits for the hold to be given back.</summary>
    public State Releasing { get; private set; } = null!;

    /// <summary>Waits for the destination to have paid back.</summary>
    public State Reversing { get; private set; } = null!;

    /// <summary>The ledger refuses what would undo it, and asking again does not mend that: people resolve it.</summary>
    public State CompensationFailed { get; private set; } = null!;

    /// <summary>The money has moved. Terminal, unless it is reversed.</summary>
    public State Completed { get; private set; } = null!;

    /// <summary>Refused; no money has moved. Terminal.</summary>
    public State Declined { get; private set; } = null!;

    /// <summary>Undone after the credit was refused; no money has moved. Terminal.</summary>
    public State Compensated { get; private set; } = null!;

    /// <summary>Taken back by its publisher; no money has moved. Terminal.</summary>
    public State Voided { get; private set; } = null!;

    /// <summary>The money has moved, and has gone back. Terminal.</summary>
    public State Reversed { get; private set; } = null!;

    /// <summary>The publisher asks.</summary>
    public Event<TransactionSubmitted> Submitted { get; private set; } = null!;

    /// <summary>The publisher takes it back.</summary>
    public Event<TransactionCancelled> Cancelled { get; private set; } = null!;

    /// <summary>A person has looked.</summary>
    public Event<TransactionReviewed> Reviewed { get; private set; } = null!;

    /// <summary>The publisher takes the money, or a part.</summary>
    public Event<CaptureRequested> CaptureAsked { get; private set; } = null!;

    /// <summary>Somebody wants it undone.</summary>
    public Event<ReversalRequested> ReversalAsked { get; private set; } = null!;

    /// <summary>An operator acts.</summary>
    public Event<TransactionOperated> Operated { get; private set; } = null!;

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

    /// <summary>The destination has paid back.</summary>
    public Event<TransferPosted> TransferPosted { get; private set; } = null!;

    /// <summary>The destination has not paid back.</summary>
    public Event<TransferRefused> TransferRefused { get; private set; } = null!;

    /// <summary>The one timer of a transaction.</summary>
    public Schedule<TransactionSaga, TransactionDeadline> Deadline { get; private set; } = null!;
}
