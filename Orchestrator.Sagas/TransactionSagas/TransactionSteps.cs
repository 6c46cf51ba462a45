using MassTransit;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>How long each state waits, by the options, on the one timer that a transaction has.</summary>
sealed class TransactionSteps(Schedule<TransactionSaga, TransactionDeadline> timer, TransactionSagaOptions options)
{
    public Schedule<TransactionSaga, TransactionDeadline> Timer => timer;

    public TransactionSagaOptions Options => options;

    public Wait Submission => new(this, options.SubmissionTimeout);

    public Wait Assessment => new(this, options.AssessmentTimeout);

    public Wait Reply => new(this, options.ReplyTimeout);

    public Wait Review => new(this, options.ReviewTimeout);

    public Wait Authorisation => new(this, options.AuthorisationTimeout);

    public Wait Reminder => new(this, options.ParkedReminder);

    public bool DeclinesUnassessed(BehaviorContext<TransactionSaga, TransactionDeadline> c) => options.AssessmentDefault == FraudOutcome.Decline && Is.Due(c);

    public bool DeclinesUnreviewed(BehaviorContext<TransactionSaga, TransactionDeadline> c) => options.ReviewDefault == FraudOutcome.Decline && Is.Due(c);

    public bool ApprovesUnreviewed(BehaviorContext<TransactionSaga, TransactionDeadline> c) =>
        options.ReviewDefault != FraudOutcome.Decline && !Is.Manual(c.Saga) && Is.Due(c);

    public bool AuthorisesUnreviewed(BehaviorContext<TransactionSaga, TransactionDeadline> c) =>
        options.ReviewDefault != FraudOutcome.Decline && Is.Manual(c.Saga) && Is.Due(c);

    /// <summary>How long before the funds are given back people are told; null when they are not.</summary>
    public TimeSpan? WarnBefore(TransactionSaga saga) => saga.CurrentState is "Authorised" ? options.WarnBeforeAuthorisationEnds : options.WarnBefore;

    /// <summary>It is time to say that a hold is about to expire, and nobody has said so yet.</summary>
    public bool ExpiresSoon(BehaviorContext<TransactionSaga, TransactionDeadline> c) =>
        Is.Early(c) && WarnBefore(c.Saga) is { } before && c.Saga.Repeats == 0 && c.Now() >= c.Saga.DeadlineAt - before;

    public bool ExpiresLater(BehaviorContext<TransactionSaga, TransactionDeadline> c) => Is.Early(c) && !ExpiresSoon(c);

    public bool GrantsMoreTime(BehaviorContext<TransactionSaga, TransactionReviewed> c) => 
        Asks(c) && !c.Saga.Took(c.Message.ReviewId) && c.Saga.Timeline.Count(e => e.What is "more_asked") < options.ReviewExtensions;

    public bool GrantsNoMoreTime(BehaviorContext<TransactionSaga, TransactionReviewed> c) => Asks(c) && !GrantsMoreTime(c);

    static bool Asks(BehaviorContext<TransactionSaga, TransactionReviewed> c) => c.Message.Decision == ReviewDecision.AskForMore;

    public bool ReviewsUnassessed(BehaviorContext<TransactionSaga, TransactionDeadline> c) => options.AssessmentDefault != FraudOutcome.Decline && Is.Due(c);

    /// <summary>
    /// The longest that the timer is set ahead at first. A later deadline is reached in two hops, so that the steps of the usual way, all of
    /// which end sooner, need neither to set nor to move a timer.
    /// </summary>
    public TimeSpan FirstHop => options.ReplyTimeout;
}

/// <summary>How long a state waits.</summary>
sealed record Wait(TransactionSteps Steps, TimeSpan Timeout);

/// <summary>Deadlines in the machine's table.</summary>
static class TransactionDeadlines
{
    /// <summary>Begins a step that waits: sets the state's deadline, and the timer unless it is due early enough already.</summary>
    public static EventActivityBinder<TransactionSaga, T> Await<T>(this EventActivityBinder<TransactionSaga, T> on, Wait wait) where T : class => on
        .Then(c =>
        {
            c.Saga.Repeats = 0;
            c.Saga.DeadlineAt = c.Now() + wait.Timeout;
        })
        .SetTimer(wait.Steps);

    /// <summary>The command was sent again: waits as long once more, or longer when people know about it.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> AwaitAgain(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Then(c => c.Saga.DeadlineAt = c.Now() + (c.Saga.Repeats >= steps.Options.RepeatsBeforeAlert ? steps.Options.StuckInterval : steps.Options.ReplyTimeout))
        .SetTimer(steps);

    /// <summary>People were reminded: they are again, less often when it has been for long.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> AwaitReminder(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Then(c => c.Saga.DeadlineAt = c.Now()
            + (c.Saga.Repeats >= steps.Options.ParkedReminders ? steps.Options.ParkedReminder * TransactionSagaOptions.LaterReminders : steps.Options.ParkedReminder))
        .SetTimer(steps);

    /// <summary>The lane was away when the assessment was due: it gets its time once more, for it may only be unread.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> GiveGrace(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Note("grace_given")
        .Then(c =>
        {
            c.Saga.Repeats = 1;
            c.Saga.DeadlineAt = c.Now() + steps.Options.AssessmentTimeout;
        })
        .SetTimer(steps);

    /// <summary>The timer was due before the state's deadline: sets it for then.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> Rearm(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Then(c => c.Saga.TimerDueAt = c.Saga.DeadlineAt)
        .Schedule(steps.Timer, Message, c => c.Saga.DeadlineAt!.Value.UtcDateTime);

    /// <summary>The timer was due before a hold expires: sets it for the warning, or for the end once that is given.</summary>
    public static EventActivityBinder<TransactionSaga, TransactionDeadline> RearmReview(
        this EventActivityBinder<TransactionSaga, TransactionDeadline> on, TransactionSteps steps) => on
        .Then(c => c.Saga.TimerDueAt = c.Saga.Repeats == 0 && steps.WarnBefore(c.Saga) is { } before
            ? c.Saga.DeadlineAt - before
            : c.Saga.DeadlineAt)
        .Schedule(steps.Timer, Message, c => c.Saga.TimerDueAt!.Value.UtcDateTime);

    /// <summary>Nothing is waited for any more.</summary>
    public static EventActivityBinder<TransactionSaga, T> End<T>(this EventActivityBinder<TransactionSaga, T> on, TransactionSteps steps) where T : class => on
        .Then(c =>
        {
            c.Saga.DeadlineAt = null;
            c.Saga.TimerDueAt = null;
            c.Saga.EndedAt = c.Now();
        })
        .Unschedule(steps.Timer);

    static EventActivityBinder<TransactionSaga, T> SetTimer<T>(this EventActivityBinder<TransactionSaga, T> on, TransactionSteps steps) where T : class => on
        .If(c => MustMove(c), then => then
            .Then(c => c.Saga.TimerDueAt = Earlier(c.Saga.DeadlineAt!.Value, c.Now() + steps.FirstHop))
            .Schedule(steps.Timer, Message, c => c.Saga.TimerDueAt!.Value.UtcDateTime));

    static bool MustMove<T>(BehaviorContext<TransactionSaga, T> c) where T : class =>
        c.Message is TransactionDeadline || c.Saga.TimerDueAt is not { } due || due > c.Saga.DeadlineAt;

    static TransactionDeadline Message<T>(BehaviorContext<TransactionSaga, T> c) where T : class => new(c.Saga.CorrelationId, c.Saga.SourceAccountId);

    static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
