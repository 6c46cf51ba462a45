using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/review.</summary>
static class ReviewTransaction
{
    const string Held = "Held";

    public static async Task<IResult> HandleAsync(
        Guid transactionId,
        JsonBody<ReviewTransactionRequest> body,
        Actor actor,
        [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        TransactionReader transactions,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var errors = new ContractErrors();
        IdempotencyKey.Validate(idempotencyKey, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { AmountMinor: not null } saga)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);

        var request = body.Value;
        var subject = SubjectOf(transactionId, request.Decision, idempotencyKey, now);
        // A decision that was accepted before gets its answer, whatever has become of the transaction since.
        if (saga.CurrentState != Held && await submissions.FindAsync(SubmissionKind.Review, subject, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.TransactionNotHeld, $"It is {TransactionStates.Shown(saga.CurrentState)}.");

        var message = new TransactionReviewed(
            DerivedId.Of(SubmissionKind.Review.Name, subject), transactionId, saga.SourceAccountId, request.Decision,
            $"{actor}", now, request.Reason);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Review,
                subject,
                idempotencyKey,
                SHA256.HashData(Encoding.UTF8.GetBytes($"{transactionId} {request.Decision}")),
                JsonSerializer.Serialize(
                    new ReviewAccepted(message.ReviewId, transactionId, message.Decision, message.ReviewedBy, message.ReviewedAt), ApiJson.Default.ReviewAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/transactions/{transactionId}", ProblemKinds.ReviewExists);
    }

    // A transaction is released or found fraudulent once, by whoever comes first; more may be asked for several times.
    static string SubjectOf(Guid transactionId, ReviewDecision decision, string? idempotencyKey, DateTimeOffset now) => decision == ReviewDecision.AskForMore
        ? $"{transactionId} more {idempotencyKey ?? $"{Guid.CreateVersion7(now)}"}"
        : $"{transactionId}";
}
