using MassTransit;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>
/// An account from its application to its end. Every state that waits has a deadline with a default, and what is late, repeated or out of order is
/// ignored. docs/design/account-saga.md is generated from it.
/// </summary>
public sealed class AccountStateMachine : MassTransitStateMachine<AccountSaga>
{
    /// <summary>Builds the machine.</summary>
    public AccountStateMachine(AccountSagaOptions options)
    {
        InstanceState(s => s.CurrentState);
        Event(() => Requested, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Screened, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Identified, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Reviewed, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Alerted, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Idle, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Opened, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => OpeningRefused, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => WasFrozen, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => WasUnfrozen, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => WasClosed, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Event(() => Refused, e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        Schedule(() => Deadline, s => s.TimerToken, s => s.Received = e => e.CorrelateById(c => AccountIds.SagaOf(c.Message.AccountId)));
        // What a state says nothing about changes nothing in it.
        OnUnhandledEvent(c => c.Ignore());
        SetCompletedWhenFinalized();
        var steps = new AccountSteps(this, options);

        Initially(
            When(Requested).Accept(steps).AskChecks().Await(steps.Reply).TransitionTo(Checking),
            When(Alerted, steps.Counts).Begin(m => m.AccountId).Count(steps).FreezeWhenMany(steps),
            When(Idle, steps.IsDormant).Begin(m => m.AccountId).FreezeDormant(steps),
            When(WasFrozen).Begin(m => m.AccountId).Learn("frozen_by_hand").TransitionTo(FrozenByHand),
            // Of an account of which nothing is to be kept nothing is stored.
            When(Alerted, steps.CountsNot).Finalize(),
            When(Idle, steps.IsAwake).Finalize());

        During(Checking,
            When(Screened, Checks.Unscreened).KeepScreening().GoOnChecked(steps),
            When(Identified, Checks.Unidentified).KeepIdentity().GoOnChecked(steps),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received).AskAgainOrReview(steps));

        During(InReview,
            When(Reviewed, Decides.Approve).KeepReview("approved").Open(steps),
            When(Reviewed, Decides.Reject).KeepReview("rejected").Reject("rejected", steps),
            When(Reviewed, Decides.NotOnApplication).RefuseReview(),
            When(Deadline.Received).Note("review_expired").Reject("review_expired", steps));

        During(Opening,
            When(Opened).EndApplication("opened", _ => null).Note("opened").GoOn(steps),
            // An account of this id is there already, and it is another: the saga goes on with that one.
            When(OpeningRefused).EndApplication("refused", m => m.Reason).Note("opening_refused", m => m.Reason).GoOn(steps),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received).Repeat(steps).SendAgain().AwaitAgain(steps));

        // The account may have been there before somebody applied for it.
        During(Checking, InReview, Opening,
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").EndBy(FrozenByHand),
            When(WasFrozen, Is.OwnAndLater).Learn("frozen").EndBy(Frozen),
            When(WasUnfrozen, Is.Later).Learn("unfrozen_by_hand").EndBy(Open));

        During(Open,
            When(Requested, Is.NotAppliedFor).Accept(steps).AskChecks().Await(steps.Reply).TransitionTo(Checking),
            When(Alerted, steps.Counts).Count(steps).FreezeWhenMany(steps),
            When(Idle, steps.IsDormant).FreezeDormant(steps),
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").TransitionTo(FrozenByHand),
            // It was asked for, and meanwhile somebody froze it by hand and ended that.
            When(WasFrozen, Is.OwnAndLater).Learn("frozen").EndBy(Frozen).TellFrozen().AwaitReview(steps),
            When(Reviewed).RefuseReview());

        During(Freezing,
            When(WasFrozen, Is.Asked).Learn("frozen").TellFrozen().AwaitReview(steps),
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").TellFrozen().Rest(steps).TransitionTo(FrozenByHand),
            When(WasUnfrozen, Is.Later).Learn("unfrozen_by_hand").BeginAnew(steps).TransitionTo(Open),
            // What this saga has frozen is answered as frozen however often it asks: so it was somebody else.
            When(Refused, Is.FrozenBefore).Note("frozen_by_hand").TellFrozen().Rest(steps).TransitionTo(FrozenByHand),
            When(Refused, Is.ClosedBefore).Note("closed").End(steps).TransitionTo(Closed),
            When(Refused, Is.NotChanged).Note("freeze_refused", m => m.Reason).BeginAnew(steps).TransitionTo(Open),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received).Repeat(steps).SendAgain().AwaitAgain(steps));

        During(Frozen, Dormant,
            When(Reviewed, Decides.Unfreeze).KeepReview("unfreeze_decided").Unfreeze().Await(steps.Reply).TransitionTo(Unfreezing),
            When(Reviewed, Decides.Close).KeepReview("close_decided").Close().Await(steps.Reply).TransitionTo(Closing),
            When(Reviewed, Decides.KeepFrozen).KeepReview("kept_frozen").WaitOn(steps),
            When(Reviewed, Decides.NotOnFrozen).RefuseReview(),
            When(WasUnfrozen, Is.Later).Learn("unfrozen_by_hand").BeginAnew(steps).TransitionTo(Open),
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").Rest(steps).TransitionTo(FrozenByHand),
            When(Deadline.Received).Remind(steps).WaitOn(steps));

        // Somebody has frozen it for reasons of their own, and ends that when they see fit: nothing is waited for.
        During(FrozenByHand,
            When(WasUnfrozen, Is.Later).Learn("unfrozen_by_hand").BeginAnew(steps).TransitionTo(Open),
            When(Reviewed, Decides.Close).KeepReview("close_decided").EndBy(FrozenByHand).Close().Await(steps.Reply).TransitionTo(Closing),
            When(Reviewed, Decides.NotToClose).RefuseReview());

        During(Unfreezing,
            When(WasUnfrozen, Is.Later).Learn("unfrozen").BeginAnew(steps).TransitionTo(Open),
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").Rest(steps).TransitionTo(FrozenByHand),
            When(Refused, Is.ClosedBefore).Note("closed").End(steps).TransitionTo(Closed),
            When(Refused, Is.NotChangedWhateverFor).Note("unfreeze_refused", m => m.Reason).BeginAnew(steps).TransitionTo(Open),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received).Repeat(steps).SendAgain().AwaitAgain(steps));

        During(Closing,
            When(Refused, Is.ClosedBefore).Note("closed").End(steps).TransitionTo(Closed),
            When(Refused, Is.NotChangedWhateverFor).Note("close_refused", m => m.Reason).StayFrozen(steps),
            When(WasUnfrozen, Is.Later).Learn("unfrozen_by_hand").EndBy(Open),
            When(WasFrozen, Is.ByOthers).Learn("frozen_by_hand").EndBy(FrozenByHand),
            When(WasFrozen, Is.OwnAndLater).Learn("frozen").EndBy(Frozen),
            When(Reviewed).RefuseReview(),
            When(Deadline.Received).Repeat(steps).SendAgain().AwaitAgain(steps));

        foreach (var living in new[] { Checking, InReview, Opening, Open, Freezing, Frozen, Dormant, FrozenByHand, Unfreezing, Closing })
            During(living, When(WasClosed).Learn("closed").End(steps).TransitionTo(Closed));
    }

    /// <summary>The applicant is looked for on lists and among known identities.</summary>
    public State Checking { get; private set; } = null!;

    /// <summary>Something was found, and a person looks.</summary>
    public State InReview { get; private set; } = null!;

    /// <summary>Waits for the ledger to open the account.</summary>
    public State Opening { get; private set; } = null!;

    /// <summary>Nothing is wrong, and nothing is waited for.</summary>
    public State Open { get; private set; } = null!;

    /// <summary>Waits for the ledger to freeze the account.</summary>
    public State Freezing { get; private set; } = null!;

    /// <summary>Alerts have frozen it, and a person looks.</summary>
    public State Frozen { get; private set; } = null!;

    /// <summary>Nothing has happened on it for long: no money leaves it until somebody says that it is used.</summary>
    public State Dormant { get; private set; } = null!;

    /// <summary>Somebody has frozen it by hand, and ends that by hand.</summary>
    public State FrozenByHand { get; private set; } = null!;

    /// <summary>Waits for the ledger to end the freeze.</summary>
    public State Unfreezing { get; private set; } = null!;

    /// <summary>Waits for the ledger to close the account.</summary>
    public State Closing { get; private set; } = null!;

    /// <summary>Closed for ever. Terminal.</summary>
    public State Closed { get; private set; } = null!;

    /// <summary>The application was turned down. Terminal.</summary>
    public State Rejected { get; private set; } = null!;

    /// <summary>Somebody applies.</summary>
    public Event<AccountRequested> Requested { get; private set; } = null!;

    /// <summary>What the lists say.</summary>
    public Event<CustomerScreened> Screened { get; private set; } = null!;

    /// <summary>Whose the identity is.</summary>
    public Event<IdentityChecked> Identified { get; private set; } = null!;

    /// <summary>A person has decided.</summary>
    public Event<AccountReviewed> Reviewed { get; private set; } = null!;

    /// <summary>Something is wrong with a transaction of the account.</summary>
    public Event<AlertRaised> Alerted { get; private set; } = null!;

    /// <summary>Nothing has happened on it for long.</summary>
    public Event<AccountIdle> Idle { get; private set; } = null!;

    /// <summary>The ledger has opened it.</summary>
    public Event<AccountOpened> Opened { get; private set; } = null!;

    /// <summary>The ledger has not opened it.</summary>
    public Event<AccountOpeningRefused> OpeningRefused { get; private set; } = null!;

    /// <summary>The ledger has frozen it, whoever asked.</summary>
    public Event<AccountFrozen> WasFrozen { get; private set; } = null!;

    /// <summary>The ledger has unfrozen it, whoever asked.</summary>
    public Event<AccountUnfrozen> WasUnfrozen { get; private set; } = null!;

    /// <summary>The ledger has closed it, whoever asked.</summary>
    public Event<AccountClosed> WasClosed { get; private set; } = null!;

    /// <summary>The ledger has refused what was asked for.</summary>
    public Event<AccountCommandRefused> Refused { get; private set; } = null!;

    /// <summary>The one timer of an account.</summary>
    public Schedule<AccountSaga, AccountDeadline> Deadline { get; private set; } = null!;
}
