using Orchestrator.Casework.Alerts;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger.Postings;
using Orchestrator.Messaging.Parking;
using Orchestrator.Sagas.Outlook;

namespace Orchestrator.Api.Sagas;

/// <summary>The kinds of sagas, and how many there are of each.</summary>
/// <param name="Types">The kinds.</param>
public sealed record SagaTypes(IReadOnlyList<SagaTypeView> Types);

/// <summary>A kind of saga.</summary>
/// <param name="Type">Its name, for instance <c>transaction</c>.</param>
/// <param name="Href">Where its sagas are.</param>
/// <param name="States">How many there are in each state, over all time.</param>
/// <param name="Attention">How many people or operators should see, by state; those that were asked again too often by <c>stuck</c>.</param>
public sealed record SagaTypeView(string Type, string Href, IReadOnlyDictionary<string, long> States, IReadOnlyDictionary<string, long> Attention);

/// <summary>A saga in a list.</summary>
/// <param name="Id">The transaction's id.</param>
/// <param name="State">Where it is.</param>
/// <param name="Ended">Whether that is for good.</param>
/// <param name="Stuck">Whether the ledger was asked too often for what it waits for.</param>
/// <param name="Since">Since when it is there, UTC: when it last changed, or, of what waits for somebody, when that began.</param>
/// <param name="Reason">Why it ended otherwise than completed, by its stable name.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="Score">The assessment's score, 0 to 1000.</param>
/// <param name="SubmittedAt">When it was submitted, UTC.</param>
/// <param name="DeadlineAt">When the default of its state is taken, UTC.</param>
/// <param name="Repeats">How often the present step was asked for again.</param>
/// <param name="Etag">Its version, for If-Match.</param>
public sealed record SagaSummary(
    Guid Id, string State, bool Ended, bool Stuck, DateTimeOffset Since, string? Reason, string? SourceAccountId, string? DestinationAccountId, long? AmountMinor,
    string? Currency, int? Score, DateTimeOffset? SubmittedAt, DateTimeOffset? DeadlineAt, int Repeats, string Etag);

/// <summary>A saga with all that belongs to it.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Saga">Where it stands.</param>
/// <param name="Data">What it knows.</param>
/// <param name="Timeline">What happened, oldest first, and how long each thing took.</param>
/// <param name="Outlook">What is still to come.</param>
/// <param name="Commands">Its commands to the ledger, and what became of them.</param>
/// <param name="Alerts">Alerts that it raised, oldest first.</param>
/// <param name="CaseIds">The cases that they belong to.</param>
/// <param name="Parked">Messages of its key that are parked: what follows them waits. At most 50.</param>
public sealed record SagaView(
    string Type, SagaSummary Saga, SagaData Data, IReadOnlyList<SagaTimelineEntry> Timeline, SagaOutlook Outlook, IReadOnlyList<SagaCommandView> Commands,
    IReadOnlyList<StoredAlert> Alerts, IReadOnlyList<Guid> CaseIds, IReadOnlyList<ParkedView> Parked);

/// <summary>What a transaction's saga knows.</summary>
/// <param name="Kind">What kind of movement.</param>
/// <param name="Verdict">What the assessment said, or its default once it was taken.</param>
/// <param name="Findings">What the assessment saw, in sentences.</param>
/// <param name="CancelRequested">Whether its publisher took it back in time.</param>
/// <param name="CancelReason">The publisher's words.</param>
/// <param name="HoldId">The hold on the source account.</param>
/// <param name="Ending">While the hold is being released: how the transaction ends then.</param>
/// <param name="StepAt">When the present step began, UTC.</param>
/// <param name="TimerDueAt">When its timer is due, UTC; at or before the deadline.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="EndedAt">When it ended, UTC.</param>
public sealed record SagaData(
    TransactionKind? Kind, FraudOutcome? Verdict, IReadOnlyList<string> Findings, bool CancelRequested, string? CancelReason, Guid? HoldId, string? Ending, DateTimeOffset? StepAt,
    DateTimeOffset? TimerDueAt, DateTimeOffset UpdatedAt, DateTimeOffset? EndedAt);

/// <summary>One thing that happened.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="What">What, by its stable name.</param>
/// <param name="Why">Why, where there is something to say.</param>
/// <param name="AfterMs">How long after what was before it, milliseconds; absent for the first.</param>
public sealed record SagaTimelineEntry(DateTimeOffset At, string What, string? Why, double? AfterMs);

/// <summary>A command to the ledger, and its reply.</summary>
/// <param name="Step">The step of the saga.</param>
/// <param name="CommandId">The command.</param>
/// <param name="State">What became of it.</param>
/// <param name="AccountId">The account that it acts on.</param>
/// <param name="At">When the ledger decided it, UTC.</param>
/// <param name="Event">What happened there.</param>
/// <param name="Version">The version of the account that it made.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Reason">Why it was refused, by its stable name.</param>
public sealed record SagaCommandView(
    string Step, Guid CommandId, CommandState State, string? AccountId, DateTimeOffset At, LedgerEventType? Event, long? Version, long? AmountMinor, string? Reason);

/// <summary>Has a saga ask again for what it waits for.</summary>
/// <param name="Reason">Why; kept for ever.</param>
public sealed record RetrySagaRequest(string Reason);

/// <summary>Says how a saga goes on: where it ends that could not be undone, or where it is moved.</summary>
/// <param name="Reason">Why; kept for ever.</param>
/// <param name="ToState">Where to, by the state's name.</param>
public sealed record MoveSagaRequest(string Reason, string ToState);

/// <summary>The operation is on its way to the saga, which decides it; its operations say what became of it.</summary>
/// <param name="OperationId">The operation.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Operation">What was asked for.</param>
/// <param name="Actor">Who asked.</param>
/// <param name="RequestedAt">When, UTC.</param>
/// <param name="ToState">Where to.</param>
public sealed record SagaOperationAccepted(
    Guid OperationId, Guid TransactionId, SagaOperation Operation, string Actor, DateTimeOffset RequestedAt, string? ToState);

/// <summary>What was asked of a saga after its submission, by operators and by all others, and what became of it.</summary>
/// <param name="Items">Oldest first, at most 500.</param>
public sealed record SagaOperations(IReadOnlyList<SagaOperationView> Items);

/// <summary>One thing that was asked.</summary>
/// <param name="OperationId">Identifies it for ever.</param>
/// <param name="Operation">What: retry, resolve, move; or what people and publishers ask, review, cancellation, capture, reversal.</param>
/// <param name="Actor">Who.</param>
/// <param name="AskedAt">When, UTC.</param>
/// <param name="DecidedAt">When the saga took or refused it, UTC.</param>
/// <param name="FromState">Where the saga was.</param>
/// <param name="ToState">Where it went; where it stayed when it was refused.</param>
/// <param name="Reason">Why, in the words of whoever asked.</param>
/// <param name="Outcome"><c>done</c>, or <c>refused</c>.</param>
/// <param name="Refusal">Why it changed nothing, by its stable name.</param>
public sealed record SagaOperationView(
    Guid OperationId, string Operation, string Actor, DateTimeOffset AskedAt, DateTimeOffset DecidedAt, string FromState, string ToState, string? Reason, string Outcome,
    string? Refusal);
