using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>POST /v1/sagas/transactions/{id}/retry, resolve and move: an operator asks, and the saga decides, on its lane.</summary>
/// <param name="Transactions">Where it stands.</param>
/// <param name="Submissions">Where it is accepted.</param>
/// <param name="Catalog">The messages.</param>
/// <param name="Time">The clock.</param>
/// <param name="Actor">Who asks.</param>
/// <param name="IfMatch">The version that was looked at.</param>
/// <param name="Key">The client's own name for the request.</param>
sealed record OperateSaga(
    TransactionReader Transactions, SubmissionStore Submissions, MessageCatalog Catalog, TimeProvider Time, Actor Actor,
    [FromHeader(Name = "If-Match")] string? IfMatch, [FromHeader(Name = IdempotencyKey.Header)] string? Key)
{
    /// <summary>Checks what can be checked now, and sends it on its way.</summary>
    public async Task<IResult> RunAsync(Guid transactionId, SagaOperation operation, string reason, string? toState, CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        var errors = new ContractErrors();
        IdempotencyKey.Validate(Key, errors);
        var seen = EntityTags.Seen(IfMatch, "saga", errors);
        if (toState is not null && TransactionStates.Stored(toState) is null)
            errors.Add("unknown_state", "toState", $"one of {string.Join(", ", TransactionStates.Names)}");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await Transactions.FindAsync(transactionId, cancellationToken) is not { SourceAccountId.Length: > 0 } saga)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);

        var subject = $"{transactionId} {operation} {Key ?? $"{Guid.CreateVersion7(now)}"}";
        // A request that was accepted before gets its answer, whatever has become of the saga since.
        if (await Submissions.FindAsync(SubmissionKind.SagaOperation, subject, cancellationToken) is null && Refuse(saga, operation, toState, seen) is { } refused)
            return refused;
        var message = new TransactionOperated(
            DerivedId.Of(SubmissionKind.SagaOperation.Name, subject), transactionId, saga.SourceAccountId, operation, Actor.Name, now, reason, toState);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var outcome = await Submissions.AcceptAsync(
            new Submission(
                SubmissionKind.SagaOperation,
                subject,
                Key,
                SHA256.HashData(Encoding.UTF8.GetBytes($"{transactionId} {operation} {toState} {reason}")),
                JsonSerializer.Serialize(
                    new SagaOperationAccepted(message.OperationId, transactionId, operation, message.Actor, message.At, message.ToState), ApiJson.Default.SagaOperationAccepted),
                OutgoingMessages.Of(Catalog, message, Time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/sagas/transactions/{transactionId}/operations", ProblemKinds.IdempotencyKeyReused);
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
