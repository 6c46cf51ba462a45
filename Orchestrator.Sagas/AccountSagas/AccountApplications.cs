using MassTransit;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.MassTransit;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>What the machine's table does about applications, by name.</summary>
static class AccountApplications
{
    const string CouldNotCheck = "The applicant could not be checked in time.";

    public static EventActivityBinder<AccountSaga, AccountRequested> Accept(this EventActivityBinder<AccountSaga, AccountRequested> on, AccountSteps steps) => on.Then(c =>
    {
        var (saga, message) = (c.Saga, c.Message);
        saga.AccountId = message.AccountId;
        saga.Application = new OpenAccount(
            message.AccountId, message.CustomerId, message.Currency, AccountActivities.Stored(message.RequestedAt), message.InitialBalanceMinor, message.Limits,
            Reply: true);
        saga.ApplicantName = message.Applicant.Name;
        saga.Identity = [.. IdentityFingerprint.Of(message.Applicant, steps.Options.FingerprintKey)];
        (saga.Screened, saga.Identified, saga.Findings) = (false, saga.Identity.Count == 0, []);
        saga.StepAt = AccountActivities.Stored(c.Now());
        c.Happened("requested");
    });

    /// <summary>Asks those who have not answered.</summary>
    public static EventActivityBinder<AccountSaga, T> AskChecks<T>(this EventActivityBinder<AccountSaga, T> on) where T : class => on
        .If(c => !c.Saga.Screened, then => then.Publish(c => new ScreenCustomer(
            c.Saga.AccountId, c.Saga.Application!.CustomerId, c.Saga.ApplicantName!, c.Saga.StepAt)))
        .If(c => !c.Saga.Identified, then => then.Publish(c => new CheckIdentity(c.Saga.AccountId, c.Saga.Application!.CustomerId, c.Saga.Identity)));

    public static EventActivityBinder<AccountSaga, CustomerScreened> KeepScreening(this EventActivityBinder<AccountSaga, CustomerScreened> on) => on.Then(c =>
    {
        c.Saga.Screened = true;
        c.Saga.Findings.AddRange(c.Message.Hits.Take(MaxFindings).Select(h => $"Resembles \"{h.Entry}\" on the list {h.List} ({h.Score} of 1000)."));
        c.Happened("screened", c.Message.Hits.Count == 0 ? "clear" : "found");
    });

    public static EventActivityBinder<AccountSaga, IdentityChecked> KeepIdentity(this EventActivityBinder<AccountSaga, IdentityChecked> on) => on.Then(c =>
    {
        c.Saga.Identified = true;
        c.Saga.Findings.AddRange(c.Message.OtherCustomers.Take(MaxFindings).Select(other => $"The same identity is known as customer {other}."));
        c.Happened("identity_checked", c.Message.OtherCustomers.Count == 0 ? "clear" : "found");
    });

    /// <summary>All have answered: the account is opened, or a person looks. Until then there is nothing to do.</summary>
    public static EventActivityBinder<AccountSaga, T> GoOnChecked<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on.If(
        c => c.Saga is { Screened: true, Identified: true },
        all => all.IfElse(c => c.Saga.Findings.Count == 0, clear => clear.Open(steps), found => found.Review(steps)));

    public static EventActivityBinder<AccountSaga, AccountDeadline> AskAgainOrReview(
        this EventActivityBinder<AccountSaga, AccountDeadline> on, AccountSteps steps) => on.Then(c => c.Saga.Repeats++).IfElse(
        c => c.Saga.Repeats < steps.Options.RepeatsBeforeAlert,
        again => again.Note("asked_again").AskChecks().AwaitAgain(steps),
        late => late.Then(c => c.Saga.Findings.Add(CouldNotCheck)).Note("not_checked").Review(steps));

    public static EventActivityBinder<AccountSaga, T> Open<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Then(c =>
        {
            c.Forget();
            c.Happened("opening");
        })
        .Publish(c => c.Saga.Application!)
        .Await(steps.Reply)
        .TransitionTo(steps.Machine.Opening);

    public static EventActivityBinder<AccountSaga, T> Reject<T>(this EventActivityBinder<AccountSaga, T> on, string reason, AccountSteps steps) where T : class => on
        .Then(c => (c.Saga.Outcome, c.Saga.Reason) = ("rejected", reason))
        .End(steps)
        .TransitionTo(steps.Machine.Rejected);

    public static EventActivityBinder<AccountSaga, T> EndApplication<T>(this EventActivityBinder<AccountSaga, T> on, string outcome, Func<T, string?> reason)
        where T : class => on.Then(c => (c.Saga.Outcome, c.Saga.Reason) = (outcome, reason(c.Message)));

    /// <summary>The application is over: the account is open, or it was frozen meanwhile, by hand or as this saga had asked for before.</summary>
    public static EventActivityBinder<AccountSaga, T> GoOn<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on.IfElse(
        c => c.Saga.Ending == nameof(AccountStateMachine.Frozen),
        frozen => frozen.TellFrozen().Await(steps.FrozenReminder).TransitionTo(steps.Machine.Frozen),
        other => other.Rest(steps).IfElse(
            c => c.Saga.Ending == nameof(AccountStateMachine.FrozenByHand),
            byHand => byHand.TransitionTo(steps.Machine.FrozenByHand),
            open => open.TransitionTo(steps.Machine.Open)));

    const int MaxFindings = 20;

    static EventActivityBinder<AccountSaga, T> Review<T>(this EventActivityBinder<AccountSaga, T> on, AccountSteps steps) where T : class => on
        .Then(c =>
        {
            c.Forget();
            c.Happened("in_review");
        })
        .Publish(c => c.Alert(AccountAlerts.Opening, [.. c.Saga.Findings]))
        .Await(steps.OpeningReview)
        .TransitionTo(steps.Machine.InReview);
}
