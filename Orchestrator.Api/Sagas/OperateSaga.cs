using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Api.Transactions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>POST /v1/sagas/transactions/{id}/retry, resolve and move: an operator asks, and the saga decides, on its lane.</summary>
/// <param name="Saga">Where it is accepted.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="IfMatch">The version that was looked at.</param>
/// <param name="Key">The client's own name for the request.</param>
sealed record OperateSaga(
    AskSaga Saga, Actor Actor, [FromHeader(Name = "If-Match")] string? IfMatch, [FromHeader(Name = IdempotencyKey.Header)] string? Key)
{
    /// <summary>Checks what can be checked now, and sends it on its way.</summary>
    public Task<IResult> RunAsync(Guid transactionId, SagaOperation operation, string reason, string? toState, CancellationToken cancellationToken)
    {
        int? seen = null;
        return Saga.AcceptAsync(
            transactionId, Key, (saga, now) => saga.SourceAccountId.Length == 0 ? null : Of(saga, operation, reason, toState, seen, now), cancellationToken, errors =>
            {
                seen = EntityTags.Seen(IfMatch, "saga", errors);
                if (toState is not null && TransactionStates.Stored(toState) is null)
                    errors.Add("unknown_state", "toState", $"one of {string.Join(", ", TransactionStates.Names)}");
            });
    }

    SagaRequest Of(TransactionSaga saga, SagaOperation operation, string reason, string? toState, int? seen, DateTimeOffset now)
    {
        var transactionId = saga.CorrelationId;
        var subject = $"{transactionId} {operation} {Key ?? $"{Guid.CreateVersion7(now)}"}";
        var message = new TransactionOperated(
            DerivedId.Of(SubmissionKind.SagaOperation.Name, subject), transactionId, saga.SourceAccountId, operation, Actor.Name, now, reason, toState);
        var accepted = new SagaOperationAccepted(message.OperationId, transactionId, operation, message.Actor, message.At, message.ToState);
        return new SagaRequest(
            SubmissionKind.SagaOperation, subject, $"{transactionId} {operation} {toState} {reason}", message,
            JsonSerializer.Serialize(accepted, ApiJson.Default.SagaOperationAccepted), $"/v1/sagas/transactions/{transactionId}/operations", ProblemKinds.IdempotencyKeyReused)
        {
            Refused = Refuse(saga, operation, toState, seen),
        };
    }

    // The machine decides; what it would refuse as the saga is now is said at once.
    static ProblemHttpResult? Refuse(TransactionSaga saga, SagaOperation operation, string? toState, int? seen)
    {
        if (seen is { } version && version != saga.Version)
            return ApiProblem.Of(ProblemKinds.SagaChanged, $"It is at version {saga.Version}.");
        return TransactionOperations.Refusal(saga, operation, toState) is { } refusal
            ? ApiProblem.Of(ProblemKinds.SagaOperationRefused, Detail(saga, operation, refusal))
            : null;
    }

    static string Detail(TransactionSaga saga, SagaOperation operation, string refusal)
    {
        var allowed = TransactionOperations.Of(saga).Select(a => $"{a.Operation}{(a.ToState is null ? "" : $" to {a.ToState}")}".ToLowerInvariant()).ToList();
        return $"{refusal}: it is {TransactionStates.Shown(saga.CurrentState)}, from where no such {operation.ToString().ToLowerInvariant()} is done. "
            + (allowed.Count == 0 ? "Nothing else is, either." : $"What is: {string.Join(", ", allowed)}.");
    }
}
