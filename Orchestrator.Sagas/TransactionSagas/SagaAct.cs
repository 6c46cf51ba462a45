namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>What somebody has asked of a transaction after its submission, and what became of it.</summary>
/// <param name="OperationId">Identifies the request for ever.</param>
/// <param name="TransactionId">The transaction.</param>
/// <param name="Kind">review, cancellation, capture, reversal, retry, resolve or move.</param>
/// <param name="Actor">Who asked; <c>publisher</c> where a request names nobody.</param>
/// <param name="AskedAt">When, UTC.</param>
/// <param name="DecidedAt">When it was taken or refused, UTC.</param>
/// <param name="FromState">Where the transaction was, by the state's stored name.</param>
/// <param name="ToState">Where it went; where it stayed when it was refused.</param>
/// <param name="Reason">Why, in the words of whoever asked.</param>
/// <param name="Refusal">Why it changed nothing, by its stable name; null when it was done.</param>
public sealed record SagaAct(
    Guid OperationId, Guid TransactionId, string Kind, string Actor, DateTimeOffset AskedAt, DateTimeOffset DecidedAt, string FromState, string ToState,
    string? Reason, string? Refusal);

/// <summary>The stable names of why a request changes nothing.</summary>
public static class RequestRefusals
{
    /// <summary>A review, and the transaction is not held.</summary>
    public const string NotHeld = "not_held";

    /// <summary>More time to review was given as often as it may be.</summary>
    public const string NoMoreTime = "no_more_time";

    /// <summary>A cancellation after the money has begun to move, or the transaction to be undone.</summary>
    public const string TooLate = "too_late";

    /// <summary>A cancellation of a completed transaction: it can be reversed.</summary>
    public const string Completed = "completed";

    /// <summary>A capture, and the transaction is not authorised.</summary>
    public const string NotAuthorised = "not_authorised";

    /// <summary>A capture after another.</summary>
    public const string AlreadyCaptured = "already_captured";

    /// <summary>A capture of more than is held.</summary>
    public const string ExceedsHold = "exceeds_hold";

    /// <summary>A reversal, and the money has not moved.</summary>
    public const string NotCompleted = "not_completed";

    /// <summary>A reversal after another.</summary>
    public const string AlreadyReversed = "already_reversed";

    /// <summary>An operator's retry where nothing is asked of the ledger.</summary>
    public const string NothingToAskFor = "nothing_to_ask_for";

    /// <summary>An operator's resolution of what is not parked.</summary>
    public const string NotParked = "not_parked";

    /// <summary>An operator's resolution to a state that does not follow from what has failed.</summary>
    public const string ResolutionNotAllowed = "resolution_not_allowed";

    /// <summary>An operator's move that the machine does not allow.</summary>
    public const string MoveNotAllowed = "move_not_allowed";
}
