using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/capture.</summary>
static class CaptureTransaction
{
    const string Authorised = "Authorised";

    public static Task<IResult> HandleAsync(
        Guid transactionId, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskSaga saga, CancellationToken cancellationToken,
        JsonBody<CaptureTransactionRequest>? body = null) =>
        saga.AcceptAsync(
            transactionId, idempotencyKey, (authorised, now) => authorised.AmountMinor is { } held ? Of(authorised, held, body?.Value ?? new CaptureTransactionRequest(), now) : null,
            cancellationToken);

    // It is captured once.
    static SagaRequest Of(TransactionSaga saga, long held, CaptureTransactionRequest request, DateTimeOffset now)
    {
        var subject = $"{saga.CorrelationId}";
        var message = new CaptureRequested(
            DerivedId.Of(SubmissionKind.Capture.Name, subject), saga.CorrelationId, saga.SourceAccountId, now, request.AmountMinor, request.Reason);
        var amount = request.AmountMinor ?? held;
        return new SagaRequest(
            SubmissionKind.Capture, subject, string.Create(CultureInfo.InvariantCulture, $"{saga.CorrelationId} {amount}"), message,
            JsonSerializer.Serialize(new CaptureAccepted(message.RequestId, saga.CorrelationId, amount, now), ApiJson.Default.CaptureAccepted),
            TransactionRequestsView.Address(saga.CorrelationId), ProblemKinds.CaptureExists)
        {
            Refused = saga.CurrentState == Authorised ? null : ApiProblem.Of(ProblemKinds.TransactionNotAuthorised, $"It is {TransactionStates.Shown(saga.CurrentState)}."),
            Error = amount > held ? new ContractError("exceeds_hold", "amountMinor", string.Create(CultureInfo.InvariantCulture, $"at most {held}, which is held")) : null,
        };
    }
}
