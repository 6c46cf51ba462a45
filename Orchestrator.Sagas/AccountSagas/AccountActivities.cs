using MassTransit;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Alerts;
using Orchestrator.Messaging.MassTransit;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>What the machine's table does about alerts, freezes and reviews, by name.</summary>
static class AccountActivities
{
    /// <summary>The longest reason of a command.</summary>
    const int MaxReason = 128;

    public static EventActivityBinder<AccountSaga, T> Begin<T>(this EventActivityBinder<AccountSaga, T> on, Func<T, string> account) where T : class =>
        on.Then(c => c.Saga.AccountId = account(c.Message));

    /// <summary>Keeps the alert, and forgets those that are too old beside it.</summary>
    public static EventActivityBinder<AccountSaga, AlertRaised> Count(this EventActivityBinder<AccountSaga, AlertRaised> on, AccountSteps steps) => on.Then(c =>
    {
        var (saga, alert) = (c.Saga, new CountedAlert(c.Message.AlertId, Stored(c.Message.At)));
        saga.UpdatedAt = Stored(c.Now());
        if (alert.At < saga.AlertsFrom || saga.Alerts.Exists(a => a.Id == alert.Id))
            return;
        var alerts = saga.Alerts.Append(alert).OrderBy(a => a.At).ToList();
        saga.Alerts = [.. alerts.Where(a => alerts[^1].At - a.At <= steps.Options.AlertWindow)];
        c.Happened("alert_counted", c.Message.Kind);
    });

    public static EventActivityBinder<AccountSaga, AlertRaised> FreezeWhenMany(this EventActivityBinder<AccountSaga, AlertRaised> on, AccountSteps steps) => on.IfElse(
        c => c.Saga.Alerts.Count >= steps.Options.FreezeAfterAlerts,
        many => many
            .Then(c => c.Because($"{c.Saga.Alerts.Count} alerts within {Text(steps.Options.AlertWindow)}"))
            .EndBy(steps.Machine.Frozen).Freeze().Await(steps.Reply).TransitionTo(steps.Machine.Freezing),
        few => few.TransitionTo(steps.Machine.Open));

    public static EventActivityBinder<AccountSaga, AccountIdle> FreezeDormant(this EventActivityBinder<AccountSaga, AccountIdle> on, AccountSteps steps) => on
        .Then(c => c.Because($"no event since {c.Message.LastEventAt.UtcDateTime:yyyy-MM-dd}"))
        .EndBy(steps.Machine.Dormant).Freeze().Await(steps.Reply).TransitionTo(steps.Machine.Freezing);

    public static EventActivityBinder<AccountSaga, T> Freeze<T>(this EventActivityBinder<AccountSaga, T> on) where T : class =>
        on.Then(c => c.Send("freeze")).Publish(c => c.Saga.ToFreeze());

    public static EventActivityBinder<AccountSaga, AccountReviewed> Unfreeze(this EventActivityBinder<AccountSaga, AccountReviewed> on) =>
        on.Then(c => c.Send("unfreeze")).Publish(c => c.Saga.ToUnfreeze());

    public static EventActivityBinder<AccountSaga, AccountReviewed> Close(this EventActivityBinder<AccountSaga, AccountReviewed> on) =>
        on.Then(c => c.Send("close")).Publish(c => c.Saga.ToClose());

    /// <summary>The request of the present state, the same as before to the byte.</summary>
    public static EventActivityBinder<AccountSaga, AccountDeadline> SendAgain(this EventActivityBinder<AccountSaga, AccountDeadline> on) => on
        .Then(c => c.Happened("asked_again", c.Saga.CurrentState))
        .If(c => c.Saga.CurrentState == nameof(AccountStateMachine.Opening), then => then.Publish(c => c.Saga.Application!))
        .If(c => c.Saga.CurrentState == nameof(AccountStateMachine.Freezing), then => then.Publish(c => c.Saga.ToFreeze()))
        .If(c => c.Saga.CurrentState == nameof(AccountStateMachine.Unfreezing), then => then.Publish(c => c.Saga.ToUnfreeze()))
        .If(c => c.Saga.CurrentState == nameof(AccountStateMachine.Closing), then => then.Publish(c => c.Saga.ToClose()));

    /// <summary>No answer came. At last people are told.</summary>
    public static EventActivityBinder<AccountSaga, AccountDeadline> Repeat(this EventActivityBinder<AccountSaga, AccountDeadline> on, AccountSteps steps) => on
        .Then(c => c.Saga.Repeats++)
        .If(c => c.Saga.Repeats == steps.Options.RepeatsBeforeAlert, then => then.Publish(c => c.Alert(
            AccountAlerts.Stuck, $"No answer from the ledger in {c.Saga.CurrentState}; it is asked again until there is one.")));

    /// <summary>What the ledger did.</summary>
    public static EventActivityBinder<AccountSaga, T> Learn<T>(this EventActivityBinder<AccountSaga, T> on, string what) where T : class, IAccountReply => on.Then(c =>
    {
        c.Saga.StatusAt = Stored(c.Message.At);
        c.Happened(what, at: c.Message.At);
    });

    public static EventActivityBinder<AccountSaga, T> TellFrozen<T>(this EventActivityBinder<AccountSaga, T> on) where T : class => on
        .Publish(c => c.Alert(c.Saga.KindOfFreeze(), $"The account is frozen: {c.Saga.CommandReason}."));

    /// <summary>People have not decided: they are told again.</summary>
    public static EventActivityBinder<AccountSaga, AccountDeadline> Remind(this EventActivityBinder<AccountSaga, AccountDeadline> on, AccountSteps steps) => on
        .Then(c => c.Saga.Repeats++)
        .Note("reminded")
        .Publish(c => c.Alert(c.Saga.KindOfFreeze(), $"The account is still frozen: {c.Saga.CommandReason}."));

    /// <summary>It is frozen: a person decides.</summary>
    public static EventActivityBinder<AccountSaga, AccountFrozen> AwaitReview(this EventActivityBinder<AccountSaga, AccountFrozen> on, AccountSteps steps) => on.IfElse(
        c => c.Saga.Ending == nameof(AccountStateMachine.Dormant),
        dormant => dormant.Await(steps.DormantReminder).TransitionTo(steps.Machine.Dormant),
        frozen => frozen.Await(steps.FrozenReminder).TransitionTo(steps.Machine.Frozen));

    /// <summary>It is not closed: people are told why, and it is as it was.</summary>
    public static EventActivityBinder<AccountSaga, AccountCommandRefused> StayFrozen(
        this EventActivityBinder<AccountSaga, AccountCommandRefused> on, AccountSteps steps) => on
        .Then(c => c.Saga.Reason = c.Message.Reason)
        .If(c => c.Saga.Ending != nameof(AccountStateMachine.Open), then => then.Publish(c => c.Alert(
            c.Saga.KindOfFreeze(), $"The account could not be closed: {c.Message.Reason}. It stays frozen.")))
        .If(c => c.Saga.Ending == nameof(AccountStateMachine.Frozen), then => then.Await(steps.FrozenReminder).TransitionTo(steps.Machine.Frozen))
        .If(c => c.Saga.Ending == nameof(AccountStateMachine.Dormant), then => then.Await(steps.DormantReminder).TransitionTo(steps.Machine.Dormant))
        .If(c => c.Saga.Ending == nameof(AccountStateMachine.FrozenByHand), then => then.Rest(steps).TransitionTo(steps.Machine.FrozenByHand))
        .If(c => c.Saga.Ending == nameof(AccountStateMachine.Open), then => then.BeginAnew(steps).TransitionTo(steps.Machine.Open));

    /// <summary>Money may leave it again: alerts of before do not count any more.</summary>
    public static EventActivityBinder<AccountSaga, T> BeginAnew<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Then(c =>
        {
            c.Saga.Alerts = [];
            c.Saga.AlertsFrom = Stored(c.Now());
            c.Saga.Ending = null;
        })
        .Rest(steps);

    public static EventActivityBinder<AccountSaga, T> EndBy<T>(this EventActivityBinder<AccountSaga, T> on, State ending) where T : class =>
        on.Then(c => c.Saga.Ending = ending.Name);

    public static EventActivityBinder<AccountSaga, T> Note<T>(this EventActivityBinder<AccountSaga, T> on, string what, Func<T, string>? why = null)
        where T : class => on.Then(c => c.Happened(what, why?.Invoke(c.Message)));

    public static EventActivityBinder<AccountSaga, AccountReviewed> KeepReview(this EventActivityBinder<AccountSaga, AccountReviewed> on, string what) => on.Then(c =>
    {
        c.Because($"decided by {c.Message.Actor}{(c.Message.Reason is { } reason ? $": {reason}" : "")}");
        c.Happened(what, c.Message.Reason is { } why ? $"{c.Message.Actor}: {why}" : c.Message.Actor);
    });

    /// <summary>It came when nothing waited for it.</summary>
    public static EventActivityBinder<AccountSaga, AccountReviewed> RefuseReview(this EventActivityBinder<AccountSaga, AccountReviewed> on) =>
        on.Then(c => c.Happened("review_refused", c.Message.Actor));

    /// <summary>Whether this saga has sent the command, lately or long ago.</summary>
    public static bool HasSent(this AccountSaga saga, Guid commandId)
    {
        for (var step = saga.Step; step > 0; step--)
        {
            if (StepIds.Of(saga.CorrelationId, $"freeze:{step}") == commandId)
                return true;
        }
        return false;
    }

    public static void Happened<T>(this BehaviorContext<AccountSaga, T> c, string what, string? why = null, DateTimeOffset? at = null) where T : class
    {
        var now = Stored(c.Now());
        c.Saga.UpdatedAt = now;
        if (c.Saga.Timeline.Count == AccountSaga.MaxTimeline)
            c.Saga.Timeline.RemoveAt(AccountSaga.MaxTimeline - 1);
        c.Saga.Timeline.Add(new TimelineEntry(at is { } then ? Stored(then) : now, what, why));
    }

    public static AlertRaised Alert<T>(this BehaviorContext<AccountSaga, T> c, string kind, params IReadOnlyList<string> reasons) where T : class => new(
        StepIds.Of(c.Saga.CorrelationId, $"alert:{kind}:{c.Saga.CurrentState}:{c.Saga.Step}:{c.Saga.Repeats}"), c.Saga.AccountId, kind, AccountAlerts.ScoreOf(kind), reasons, c.Now());

    /// <summary>What is known of the applicant beyond the customer's id is needed no longer.</summary>
    public static void Forget<T>(this BehaviorContext<AccountSaga, T> c) where T : class
    {
        c.Saga.ApplicantName = null;
        c.Saga.Identity = [];
    }

    /// <summary>As precise as PostgreSQL stores it, so that what is read back is what was decided.</summary>
    public static DateTimeOffset Stored(DateTimeOffset instant) => new(instant.Ticks - (instant.Ticks % TimeSpan.TicksPerMicrosecond), instant.Offset);

    /// <summary>The next command: under a new id, so that it is decided anew.</summary>
    public static void Send<T>(this BehaviorContext<AccountSaga, T> c, string verb) where T : class
    {
        c.Saga.Step++;
        c.Saga.CommandId = StepIds.Of(c.Saga.CorrelationId, $"{verb}:{c.Saga.Step}");
        c.Saga.StepAt = Stored(c.Now());
        c.Happened($"{verb}_asked", c.Saga.CommandReason);
    }

    static void Because<T>(this BehaviorContext<AccountSaga, T> c, string reason) where T : class =>
        c.Saga.CommandReason = reason.Length > MaxReason ? reason[..MaxReason] : reason;

    static string KindOfFreeze(this AccountSaga saga) => saga.Ending == nameof(AccountStateMachine.Dormant) ? AccountAlerts.Dormant : AccountAlerts.Frozen;

    static FreezeAccount ToFreeze(this AccountSaga saga) => new(saga.CommandId!.Value, saga.AccountId, saga.CommandReason!, saga.StepAt, Reply: true);

    static UnfreezeAccount ToUnfreeze(this AccountSaga saga) => new(saga.CommandId!.Value, saga.AccountId, saga.CommandReason!, saga.StepAt, Reply: true);

    static CloseAccount ToClose(this AccountSaga saga) =>
        new(saga.CommandId!.Value, saga.AccountId, saga.CommandReason!, saga.StepAt, Reply: true, WhileFrozen: true);

    static string Text(TimeSpan time) => time.TotalHours >= 1 ? $"{time.TotalHours:0} hours" : $"{time.TotalMinutes:0} minutes";
}
