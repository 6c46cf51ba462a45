using Orchestrator.Contracts.Accounts;
using Orchestrator.Messaging.MassTransit.Sagas;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Sagas.AccountSagas;

/// <summary>
/// One account: its application, what alerts have said about it, whether it is frozen and by whom. There is none of an account that was opened by
/// <see cref="OpenAccount"/> and of which nothing else was heard.
/// </summary>
public sealed class AccountSaga : ILaneSaga
{
    /// <summary>The most entries that a timeline keeps: of later ones the latest stands in the last place.</summary>
    public const int MaxTimeline = 64;

    /// <summary>An id that follows from the account's: <see cref="AccountIds.SagaOf"/>.</summary>
    public Guid CorrelationId { get; set; }

    /// <inheritdoc />
    public int Version { get; set; }

    /// <inheritdoc />
    public string CurrentState { get; set; } = "Initial";

    /// <summary>The account.</summary>
    public string AccountId { get; set; } = "";

    /// <summary>What was applied for; null of an account without an application.</summary>
    public OpenAccount? Application { get; set; }

    /// <summary>The applicant's name, while the applicant is being checked and no longer.</summary>
    public string? ApplicantName { get; set; }

    /// <summary>Hashes that stand for the applicant's identity, while it is being checked and no longer.</summary>
    public List<string> Identity { get; set; } = [];

    /// <summary>Whether the lists have answered.</summary>
    public bool Screened { get; set; }

    /// <summary>Whether known identities have answered.</summary>
    public bool Identified { get; set; }

    /// <summary>What was found about the applicant, a sentence each.</summary>
    public List<string> Findings { get; set; } = [];

    /// <summary>How the application ended: <c>opened</c>, <c>rejected</c> or <c>refused</c>; null while it has not.</summary>
    public string? Outcome { get; set; }

    /// <summary>Why it ended so, or why the account is as it is, by its stable name.</summary>
    public string? Reason { get; set; }

    /// <summary>The alerts that count, the oldest first.</summary>
    public List<CountedAlert> Alerts { get; set; } = [];

    /// <summary>Alerts of before do not count: the account was looked at then, UTC.</summary>
    public DateTimeOffset? AlertsFrom { get; set; }

    /// <summary>When the ledger last froze, unfroze or closed it, UTC: what is older has been overtaken.</summary>
    public DateTimeOffset? StatusAt { get; set; }

    /// <summary>The state in which the account is once it is frozen, and stays when it cannot be closed.</summary>
    public string? Ending { get; set; }

    /// <summary>How many commands were sent to the ledger: each has an id of its own.</summary>
    public int Step { get; set; }

    /// <summary>The last command to the ledger.</summary>
    public Guid? CommandId { get; set; }

    /// <summary>Why it was sent, for people.</summary>
    public string? CommandReason { get; set; }

    /// <summary>When the present step began, UTC, and since when the state waits that it is in: a command that is sent again is the same to the byte.</summary>
    public DateTimeOffset StepAt { get; set; }

    /// <summary>How often the present step's request was sent again, or people were reminded.</summary>
    public int Repeats { get; set; }

    /// <summary>When the default of the present state is taken, UTC; null in a state that waits for nothing.</summary>
    public DateTimeOffset? DeadlineAt { get; set; }

    /// <summary>The one timer of the account.</summary>
    public Guid? TimerToken { get; set; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What happened, oldest first.</summary>
    public List<TimelineEntry> Timeline { get; set; } = [];
}

/// <summary>An alert that counts towards a freeze.</summary>
/// <param name="Id">The alert.</param>
/// <param name="At">When it was raised, UTC.</param>
public sealed record CountedAlert(Guid Id, DateTimeOffset At);
