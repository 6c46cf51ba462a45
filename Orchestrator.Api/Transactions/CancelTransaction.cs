using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/cancel.</summary>
static class CancelTransaction
{
    public static async Task<IResult> HandleAsync(
        Guid transactionId,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken,
        JsonBody<CancelTransactionRequest>? body = null)
    {
        if (await submissions.FindAsync(SubmissionKind.Transaction, $"{transactionId}", cancellationToken) is not { } submitted)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);

        var now = time.GetUtcNow();
        var message = new TransactionCancelled(transactionId, submitted.MessageKey, now, body?.Value.Reason);
        var errors = ContractErrors.Of(message);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);

        // A transaction is cancelled once, whatever the reasons given: the first one stands.
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Cancellation,
                $"{transactionId}",
                IdempotencyKey: null,
                SHA256.HashData(transactionId.ToByteArray()),
                JsonSerializer.Serialize(new CancellationAccepted(transactionId, now), ApiJson.Default.CancellationAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/transactions/{transactionId}", ProblemKinds.TransactionExists);
    }
}
