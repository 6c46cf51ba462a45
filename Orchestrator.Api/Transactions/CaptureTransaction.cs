using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/capture.</summary>
static class CaptureTransaction
{
    const string Authorised = "Authorised";

    public static async Task<IResult> HandleAsync(
        Guid transactionId,
        [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        TransactionReader transactions,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken,
        JsonBody<CaptureTransactionRequest>? body = null)
    {
        var now = time.GetUtcNow();
        var errors = new ContractErrors();
        IdempotencyKey.Validate(idempotencyKey, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { AmountMinor: { } held } saga)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);

        // It is captured once: a capture that was accepted before gets its answer, whatever has become of the transaction since.
        var subject = $"{transactionId}";
        if (saga.CurrentState != Authorised && await submissions.FindAsync(SubmissionKind.Capture, subject, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.TransactionNotAuthorised, $"It is {TransactionStates.Shown(saga.CurrentState)}.");

        var request = body?.Value ?? new CaptureTransactionRequest();
        var message = new CaptureRequested(
            DerivedId.Of(SubmissionKind.Capture.Name, subject), transactionId, saga.SourceAccountId, now, request.AmountMinor, request.Reason);
        message.Validate(errors);
        if (request.AmountMinor > held)
            errors.Add("exceeds_hold", "amountMinor", string.Create(CultureInfo.InvariantCulture, $"at most {held}, which is held"));
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Capture,
                subject,
                idempotencyKey,
                SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{transactionId} {request.AmountMinor ?? held}"))),
                JsonSerializer.Serialize(
                    new CaptureAccepted(message.RequestId, transactionId, request.AmountMinor ?? held, now), ApiJson.Default.CaptureAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, TransactionRequestsView.Address(transactionId), ProblemKinds.CaptureExists);
    }
}
