using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Api.Transactions;

/// <summary>A transaction as it stands: where it is, how it got there, and what is still to come.</summary>
/// <param name="TransactionId">Its id for ever.</param>
/// <param name="State">Where it is: <c>submitted</c> until the saga has it, then the saga's state by its name.</param>
/// <param name="Ended">Whether that is for good.</param>
/// <param name="Reason">Why it ended otherwise than completed, by its stable name.</param>
/// <param name="SourceAccountId">The account that pays; absent while only a cancellation has arrived.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="Timeline">What happened when and why, oldest first.</param>
/// <param name="Remaining">What is still to happen if nothing goes wrong, in order; empty when it has ended.</param>
/// <param name="DueAt">When the default is taken if nothing else happens, UTC.</param>
/// <param name="Compensations">What would undo what was asked for so far: recorded before each step, so that nothing is done which could not be undone.</param>
/// <param name="Capture">Whether its money moves at once when it is approved, or when its publisher captures it.</param>
/// <param name="MovedMinor">What has moved, minor units: less than the amount when a part was captured; absent before it has completed.</param>
public sealed record TransactionView(
    Guid TransactionId,
    string State,
    bool Ended,
    string? Reason,
    string? SourceAccountId,
    string? DestinationAccountId,
    long? AmountMinor,
    string? Currency,
    IReadOnlyList<TimelineEntry> Timeline,
    IReadOnlyList<string> Remaining,
    DateTimeOffset? DueAt,
    IReadOnlyList<CompensationView> Compensations,
    TransactionCapture Capture,
    long? MovedMinor = null);

/// <summary>One thing that happened.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="What">What, by its stable name.</param>
/// <param name="Why">Why, where there is something to say.</param>
public sealed record TimelineEntry(DateTimeOffset At, string What, string? Why);

/// <summary>A transaction in a list.</summary>
/// <param name="TransactionId">Its id.</param>
/// <param name="State">Where it is.</param>
/// <param name="Reason">Why it ended otherwise than completed.</param>
/// <param name="SourceAccountId">The account that pays.</param>
/// <param name="DestinationAccountId">The account that receives.</param>
/// <param name="AmountMinor">Minor units.</param>
/// <param name="Currency">ISO 4217 alphabetic code.</param>
/// <param name="SubmittedAt">When it was submitted, UTC.</param>
/// <param name="UpdatedAt">When it last changed, UTC.</param>
/// <param name="DueAt">When the default is taken if nothing else happens, UTC; absent when it has ended.</param>
public sealed record TransactionSummary(
    Guid TransactionId,
    string State,
    string? Reason,
    string? SourceAccountId,
    string? DestinationAccountId,
    long? AmountMinor,
    string? Currency,
    DateTimeOffset? SubmittedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? DueAt);
