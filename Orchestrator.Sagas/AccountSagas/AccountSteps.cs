using MassTransit;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>How long each state waits, and which alerts count, by the options.</summary>
sealed class AccountSteps(AccountStateMachine machine, AccountSagaOptions options)
{
    public AccountStateMachine Machine => machine;

    public AccountSagaOptions Options => options;

    public Schedule<AccountSaga, AccountDeadline> Timer => machine.Deadline;

    public AccountWait Reply => new(this, options.ReplyTimeout);

    public AccountWait OpeningReview => new(this, options.OpeningReviewTimeout);

    public AccountWait FrozenReminder => new(this, options.FrozenReminder);

    public AccountWait DormantReminder => new(this, options.DormantReminder);

    public bool Counts(BehaviorContext<AccountSaga, AlertRaised> c) =>
        !AccountAlerts.IsOwn(c.Message.Kind) && options.CountedAlerts.TryGetValue(c.Message.Kind, out var least) && c.Message.Score >= least;

    public bool CountsNot(BehaviorContext<AccountSaga, AlertRaised> c) => !Counts(c);

    public bool IsDormant(BehaviorContext<AccountSaga, AccountIdle> c) => c.Message.At - c.Message.LastEventAt >= options.DormantAfter;

    public bool IsAwake(BehaviorContext<AccountSaga, AccountIdle> c) => !IsDormant(c);
}

/// <summary>How long a state waits.</summary>
sealed record AccountWait(AccountSteps Steps, TimeSpan Timeout);

/// <summary>Deadlines in the machine's table.</summary>
static class AccountDeadlines
{
    /// <summary>Begins a step that waits.</summary>
    public static EventActivityBinder<AccountSaga, T> Await<T>(this EventActivityBinder<AccountSaga, T> on, AccountWait wait) where T : class => on
        .Then(c =>
        {
            c.Saga.Repeats = 0;
            c.Saga.StepAt = AccountActivities.Stored(c.Now());
            c.Saga.DeadlineAt = AccountActivities.Stored(c.Now() + wait.Timeout);
        })
        .SetTimer(wait.Steps);

    /// <summary>The request was sent again: waits as long once more, or longer when people know about it.</summary>
    public static EventActivityBinder<AccountSaga, AccountDeadline> AwaitAgain(this EventActivityBinder<AccountSaga, AccountDeadline> on, AccountSteps steps) => on
        .Then(c => c.Saga.DeadlineAt = AccountActivities.Stored(
            c.Now() + (c.Saga.Repeats >= steps.Options.RepeatsBeforeAlert ? steps.Options.StuckInterval : steps.Options.ReplyTimeout)))
        .SetTimer(steps);

    /// <summary>It stays as it is: people have all the time again.</summary>
    public static EventActivityBinder<AccountSaga, T> WaitOn<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Then(c => c.Saga.DeadlineAt = AccountActivities.Stored(
            c.Now() + (c.Saga.Ending == nameof(AccountStateMachine.Dormant) ? steps.Options.DormantReminder : steps.Options.FrozenReminder)))
        .SetTimer(steps);

    /// <summary>Nothing is waited for.</summary>
    public static EventActivityBinder<AccountSaga, T> Rest<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Then(c =>
        {
            c.Saga.DeadlineAt = null;
            c.Saga.Repeats = 0;
        })
        .Unschedule(steps.Timer);

    /// <summary>Nothing is waited for ever again.</summary>
    public static EventActivityBinder<AccountSaga, T> End<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Rest(steps)
        .Then(c =>
        {
            c.Forget();
            c.Saga.Alerts = [];
            c.Saga.EndedAt = c.Saga.UpdatedAt;
        });

    static EventActivityBinder<AccountSaga, T> SetTimer<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class =>
        on.Schedule(steps.Timer, c => new AccountDeadline(c.Saga.AccountId), c => c.Saga.DeadlineAt!.Value.UtcDateTime);
}
