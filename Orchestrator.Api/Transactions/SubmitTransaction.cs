using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions.</summary>
static class SubmitTransaction
{
    public static async Task<IResult> HandleAsync(
        JsonBody<SubmitTransactionRequest> body,
        [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var errors = new ContractErrors(catalog.Currencies);
        var id = IdempotencyKey.IdOf(body.Value.TransactionId, "transactionId", idempotencyKey, SubmissionKind.Transaction, errors);
        var message = body.Value.ToMessage(id, now);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);

        // The hash is over what was asked for, not over what was filled in: the time of receipt differs each time.
        var asked = body.Value with { TransactionId = id };
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Transaction,
                $"{id}",
                idempotencyKey,
                SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(asked, ApiJson.Default.SubmitTransactionRequest)),
                JsonSerializer.Serialize(new TransactionAccepted(id, "submitted", now), ApiJson.Default.TransactionAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, $"/v1/transactions/{id}", ProblemKinds.TransactionExists);
    }
}
