using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/reverse.</summary>
static class ReverseTransaction
{
    const string Completed = "Completed";

    public static Task<IResult> HandleAsync(
        Guid transactionId, JsonBody<ReverseTransactionRequest> body, Actor actor, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        AskSaga saga, CancellationToken cancellationToken) =>
        saga.AcceptAsync(transactionId, idempotencyKey, (done, now) => done.AmountMinor is null ? null : Of(done, body.Value.Reason, actor, now), cancellationToken);

    static SagaRequest Of(TransactionSaga saga, string reason, Actor actor, DateTimeOffset now)
    {
        var subject = TransactionRequestsView.ReversalSubject(saga);
        var message = new ReversalRequested(
            DerivedId.Of(SubmissionKind.Reversal.Name, subject), saga.CorrelationId, saga.SourceAccountId, reason, actor.Name, now);
        // It is reversed once, whatever the reasons given: the first one stands.
        return new SagaRequest(
            SubmissionKind.Reversal, subject, Asked: subject, message,
            JsonSerializer.Serialize(new ReversalAccepted(message.RequestId, saga.CorrelationId, actor.Name, now), ApiJson.Default.ReversalAccepted),
            TransactionRequestsView.Address(saga.CorrelationId), ProblemKinds.TransactionNotCompleted)
        {
            Refused = saga.CurrentState == Completed ? null : ApiProblem.Of(ProblemKinds.TransactionNotCompleted, $"It is {TransactionStates.Shown(saga.CurrentState)}."),
        };
    }
}
