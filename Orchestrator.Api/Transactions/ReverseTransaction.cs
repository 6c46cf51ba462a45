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

/// <summary>POST /v1/transactions/{id}/reverse.</summary>
static class ReverseTransaction
{
    const string Completed = "Completed";

    public static async Task<IResult> HandleAsync(
        Guid transactionId,
        JsonBody<ReverseTransactionRequest> body,
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

        var subject = TransactionRequestsView.ReversalSubject(saga);
        if (saga.CurrentState != Completed && await submissions.FindAsync(SubmissionKind.Reversal, subject, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.TransactionNotCompleted, $"It is {TransactionStates.Shown(saga.CurrentState)}.");

        var message = new ReversalRequested(
            DerivedId.Of(SubmissionKind.Reversal.Name, subject), transactionId, saga.SourceAccountId, body.Value.Reason, actor.Name, now);
        message.Validate(errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        // It is reversed once, whatever the reasons given: the first one stands.
        var outcome = await submissions.AcceptAsync(
            new Submission(
                SubmissionKind.Reversal,
                subject,
                idempotencyKey,
                SHA256.HashData(Encoding.UTF8.GetBytes(subject)),
                JsonSerializer.Serialize(new ReversalAccepted(message.RequestId, transactionId, actor.Name, now), ApiJson.Default.ReversalAccepted),
                OutgoingMessages.Of(catalog, message, time)),
            cancellationToken);
        return SubmissionResult.Of(outcome, TransactionRequestsView.Address(transactionId), ProblemKinds.TransactionNotCompleted);
    }
}
