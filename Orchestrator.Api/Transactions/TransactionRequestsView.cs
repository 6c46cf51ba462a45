using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>What was asked of a transaction after its submission.</summary>
/// <param name="Items">Oldest first; what is still on its way comes last.</param>
public sealed record TransactionRequestsView(IReadOnlyList<TransactionRequestView> Items)
{
    internal static string Address(Guid transactionId) => $"/v1/transactions/{transactionId}/requests";

    // A reversal that was given up may be asked for once more.
    internal static string ReversalSubject(TransactionSaga saga) =>
        saga.Details is { GivenUpReversals: > 0 and var givenUp } ? $"{saga.CorrelationId} {givenUp}" : $"{saga.CorrelationId}";
}

/// <summary>One thing that was asked, and what became of it. The saga decides, one after the other; of two that exclude each other it takes one and refuses the other.</summary>
/// <param name="RequestId">Identifies it for ever.</param>
/// <param name="Kind"><c>review</c>, <c>cancellation</c>, <c>capture</c>, <c>reversal</c>, or what an operator did: <c>retry</c>, <c>resolve</c>, <c>move</c>.</param>
/// <param name="Status"><c>pending</c> until the saga has it, then <c>taken</c> or <c>refused</c>.</param>
/// <param name="AskedAt">When it was asked for, UTC.</param>
/// <param name="DecidedAt">When the saga took or refused it, UTC.</param>
/// <param name="Actor">Who asked; <c>publisher</c> where a request names nobody.</param>
/// <param name="Reason">Why, in the words of whoever asked.</param>
/// <param name="Refusal">Why it changed nothing, by its stable name: <c>not_held</c>, <c>too_late</c>, <c>already_captured</c>, ...</param>
/// <param name="FromState">Where the transaction was.</param>
/// <param name="ToState">Where it went.</param>
public sealed record TransactionRequestView(
    Guid RequestId, string Kind, string Status, DateTimeOffset AskedAt, DateTimeOffset? DecidedAt = null, string? Actor = null, string? Reason = null,
    string? Refusal = null, string? FromState = null, string? ToState = null);

/// <summary>What would undo a step that was asked for, recorded before it.</summary>
/// <param name="What"><c>release_hold</c> or <c>reverse_transfer</c>.</param>
/// <param name="CommandId">The id of the command to the ledger.</param>
/// <param name="State"><c>registered</c>, <c>asked</c> once the ledger was told, <c>failed</c> when it has refused.</param>
public sealed record CompensationView(string What, Guid CommandId, string State);
