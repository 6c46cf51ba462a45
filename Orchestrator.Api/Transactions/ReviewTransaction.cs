using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/review.</summary>
static class ReviewTransaction
{
    const string Held = "Held";

    public static Task<IResult> HandleAsync(
        Guid transactionId, JsonBody<ReviewTransactionRequest> body, Actor actor, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        AskSaga saga, CancellationToken cancellationToken) =>
        saga.AcceptAsync(transactionId, idempotencyKey, (held, now) => held.AmountMinor is null ? null : Of(held, body.Value, actor, idempotencyKey, now), cancellationToken);

    static SagaRequest Of(TransactionSaga saga, ReviewTransactionRequest request, Actor actor, string? idempotencyKey, DateTimeOffset now)
    {
        var subject = SubjectOf(saga.CorrelationId, request.Decision, idempotencyKey, now);
        var message = new TransactionReviewed(
            DerivedId.Of(SubmissionKind.Review.Name, subject), saga.CorrelationId, saga.SourceAccountId, request.Decision, $"{actor}", now, request.Reason);
        var accepted = new ReviewAccepted(message.ReviewId, message.TransactionId, message.Decision, message.ReviewedBy, message.ReviewedAt);
        return new SagaRequest(
            SubmissionKind.Review, subject, $"{saga.CorrelationId} {request.Decision}", message, JsonSerializer.Serialize(accepted, ApiJson.Default.ReviewAccepted),
            $"/v1/transactions/{saga.CorrelationId}", ProblemKinds.ReviewExists)
        {
            Refused = saga.CurrentState == Held ? null : ApiProblem.Of(ProblemKinds.TransactionNotHeld, $"It is {TransactionStates.Shown(saga.CurrentState)}."),
        };
    }

    // A transaction is released or found fraudulent once, by whoever comes first; more may be asked for several times.
    static string SubjectOf(Guid transactionId, ReviewDecision decision, string? idempotencyKey, DateTimeOffset now) => decision == ReviewDecision.AskForMore
        ? $"{transactionId} more {idempotencyKey ?? $"{Guid.CreateVersion7(now)}"}"
        : $"{transactionId}";
}
