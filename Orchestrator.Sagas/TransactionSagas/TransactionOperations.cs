using MassTransit;
using Orchestrator.Contracts.Transactions;

namespace Orchestrator.Sagas.TransactionSagas;

/// <summary>An operation that the machine would take now.</summary>
/// <param name="Operation">Which.</param>
/// <param name="ToState">Where to, by the state's shown name; null for a retry.</param>
public sealed record AllowedOperation(SagaOperation Operation, string? ToState = null);

/// <summary>What an operator may do, from where. All else is refused by name: money may have moved.</summary>
public static class TransactionOperations
{
    // Where a command was sent whose answer is waited for.
    static readonly string[] Asking = ["Holding", "Posting", "Releasing", "Reversing", "CompensationFailed"];

    /// <summary>What the machine would take now.</summary>
    public static IReadOnlyList<AllowedOperation> Of(TransactionSaga saga)
    {
        var allowed = new List<AllowedOperation>();
        if (Asking.Contains(saga.CurrentState, StringComparer.Ordinal))
            allowed.Add(new(SagaOperation.Retry));
        allowed.AddRange(Resolutions(saga).Select(to => new AllowedOperation(SagaOperation.Resolve, to)));
        allowed.AddRange(Moves(saga).Select(to => new AllowedOperation(SagaOperation.Move, to)));
        return allowed;
    }

    /// <summary>Why the machine would change nothing now, one of <see cref="RequestRefusals"/>; null when it would.</summary>
    public static string? Refusal(TransactionSaga saga, SagaOperation operation, string? toState) => operation switch
    {
        SagaOperation.Retry => Asking.Contains(saga.CurrentState, StringComparer.Ordinal) ? null : RequestRefusals.NothingToAskFor,
        SagaOperation.Resolve when saga.CurrentState is not "CompensationFailed" => RequestRefusals.NotParked,
        SagaOperation.Resolve => Resolutions(saga).Contains(toState, StringComparer.Ordinal) ? null : RequestRefusals.ResolutionNotAllowed,
        _ => Moves(saga).Contains(toState, StringComparer.Ordinal) ? null : RequestRefusals.MoveNotAllowed,
    };

    // A hold that could not be released was never credited, so no money has moved; what could not be reversed has moved, or somebody has sent it back by hand.
    static string[] Resolutions(TransactionSaga saga) => saga.CurrentState is not "CompensationFailed"
        ? []
        : saga.Undo.HasFlag(TransactionUndo.ReverseTransfer) ? ["completed", "reversed"] : ["compensated", "declined", "voided"];

    static string[] Moves(TransactionSaga saga) => saga.CurrentState switch
    {
        "Assessing" => ["holding", "declined"],
        "Held" => [Is.Manual(saga) ? "authorised" : "posting", "declined"],
        "Authorised" => ["voided"],
        _ => [],
    };

    internal static bool Refused(BehaviorContext<TransactionSaga, TransactionOperated> c) => !c.Saga.Took(c.Message.OperationId) && RefusalOf(c) is not null;

    internal static bool Retries(BehaviorContext<TransactionSaga, TransactionOperated> c) => Allowed(c, SagaOperation.Retry);

    internal static bool RetriesRelease(BehaviorContext<TransactionSaga, TransactionOperated> c) => Retries(c) && c.Saga.Undo.HasFlag(TransactionUndo.ReleaseHold);

    internal static bool RetriesReversal(BehaviorContext<TransactionSaga, TransactionOperated> c) => Retries(c) && c.Saga.Undo.HasFlag(TransactionUndo.ReverseTransfer);

    internal static StateMachineCondition<TransactionSaga, TransactionOperated> ResolvesTo(string state) =>
        c => Allowed(c, SagaOperation.Resolve) && string.Equals(c.Message.ToState, state, StringComparison.Ordinal);

    internal static StateMachineCondition<TransactionSaga, TransactionOperated> MovesTo(string state) =>
        c => Allowed(c, SagaOperation.Move) && string.Equals(c.Message.ToState, state, StringComparison.Ordinal);

    internal static string? RefusalOf(BehaviorContext<TransactionSaga, TransactionOperated> c) => Refusal(c.Saga, c.Message.Operation, c.Message.ToState);

    static bool Allowed(BehaviorContext<TransactionSaga, TransactionOperated> c, SagaOperation operation) =>
        c.Message.Operation == operation && !c.Saga.Took(c.Message.OperationId) && RefusalOf(c) is null;
}
