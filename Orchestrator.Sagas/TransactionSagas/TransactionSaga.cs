using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.MassTransit.Sagas;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>One transaction on its way: what it is, what was decided, what is held, and what happened so far.</summary>
public sealed class TransactionSaga : IUpgradedSaga
{
    /// <summary>The version of the machine that this is: raised when what it stores, or what it makes of it, is not what it was.</summary>
    public const short PresentVersion = 2;

    /// <summary>The most entries that a timeline keeps; later repetitions are not noted.</summary>
    public const int MaxTimeline = 64;

    /// <summary>The transaction's id.</summary>
    public Guid CorrelationId { get; set; }

    /// <inheritdoc />
    public int Version { get; set; }

    /// <inheritdoc />
    public string CurrentState { get; set; } = "Initial";

    /// <summary>The account that pays: the key of everything that concerns the transaction.</summary>
    public string SourceAccountId { get; set; } = "";

    /// <summary>The account that receives; null until the transaction is submitted.</summary>
    public string? DestinationAccountId { get; set; }

    /// <summary>Minor units; null until the transaction is submitted.</summary>
    public long? AmountMinor { get; set; }

    /// <summary>ISO 4217 alphabetic code; null until the transaction is submitted.</summary>
    public string? Currency { get; set; }

    /// <summary>What kind of movement; null until the transaction is submitted.</summary>
    public TransactionKind? Kind { get; set; }

    /// <summary>What the assessment said, or its default once it was taken; null until then.</summary>
    public FraudOutcome? Verdict { get; set; }

    /// <summary>The assessment's score, 0 to 1000.</summary>
    public int? Score { get; set; }

    /// <summary>What the assessment saw, a sentence a line.</summary>
    public string? Findings { get; set; }

    /// <summary>Whether the publisher took it back in time.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>The publisher's words.</summary>
    public string? CancelReason { get; set; }

    /// <summary>The hold on the source account, once it is placed.</summary>
    public Guid? HoldId { get; set; }

    /// <summary>When it was placed, UTC; null before there is one that somebody looks at.</summary>
    public DateTimeOffset? HoldPlacedAt { get; set; }

    /// <summary>While the hold is being released: how the transaction ends then.</summary>
    public string? Ending { get; set; }

    /// <summary>Why it ends otherwise than completed, by its stable name.</summary>
    public string? Reason { get; set; }

    /// <summary>When it was submitted by its publisher's clock, UTC.</summary>
    public DateTimeOffset? SubmittedAt { get; set; }

    /// <summary>When the present step began, UTC: a command that is sent again is the same to the byte.</summary>
    public DateTimeOffset StepAt { get; set; }

    /// <summary>How often the present step's command was sent again.</summary>
    public int Repeats { get; set; }

    /// <summary>When the default of the present state is taken, UTC; null in a terminal state.</summary>
    public DateTimeOffset? DeadlineAt { get; set; }

    /// <summary>The one timer of the transaction.</summary>
    public Guid? TimerToken { get; set; }

    /// <summary>When that timer is due, UTC; at or before <see cref="DeadlineAt"/>.</summary>
    public DateTimeOffset? TimerDueAt { get; set; }

    /// <summary>When it last changed, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When it ended, UTC.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What happened, oldest first.</summary>
    public List<TimelineEntry> Timeline { get; set; } = [];

    /// <summary>The version of the machine that has written it.</summary>
    public short MachineVersion { get; set; } = PresentVersion;

    /// <summary>What would undo what was asked for.</summary>
    public TransactionUndo Undo { get; set; }

    /// <summary>What only some transactions have; null for most.</summary>
    public TransactionDetails? Details { get; set; }

    /// <summary>What was asked of it in this unit of work; written beside it, not part of it.</summary>
    internal List<SagaAct>? Acts { get; set; }

    /// <summary>The details, begun where there are none.</summary>
    internal TransactionDetails Beyond => Details ??= new TransactionDetails();

    /// <summary>What has moved, or is to move, minor units; null until the transaction is submitted.</summary>
    public long? MovedMinor => Details?.CapturedMinor ?? AmountMinor;

    /// <inheritdoc />
    public void Upgrade() => TransactionUpgrades.Upgrade(this);

    /// <summary>The id of a command that undoes something: another one each time that people have it asked for anew.</summary>
    internal Guid UndoId(string step) => StepIds.Of(CorrelationId, Details is { Attempt: > 0 and var attempt } ? $"{step}:{attempt}" : step);

    /// <summary>Whether a request was taken before.</summary>
    internal bool Took(Guid requestId) => Details?.Taken.Contains(requestId) ?? false;

    /// <summary>A request is taken.</summary>
    internal void Take(Guid requestId)
    {
        var taken = Beyond.Taken;
        if (taken.Count == TransactionDetails.MaxTaken)
            taken.RemoveAt(0);
        taken.Add(requestId);
    }

    /// <summary>The submission's word on whose transaction it is counts; before it, the first one's.</summary>
    internal void Owner(string sourceAccountId)
    {
        if (SourceAccountId.Length == 0)
            SourceAccountId = sourceAccountId;
    }
}

/// <summary>One thing that happened.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="What">What, by its stable name.</param>
/// <param name="Why">Why, where there is something to say.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, string? Why = null);
