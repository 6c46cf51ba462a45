using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Wire;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>POST /v1/transactions/{id}/cancel.</summary>
static class CancelTransaction
{
    public static async Task<IResult> HandleAsync(
        Guid transactionId,
        TransactionReader transactions,
        SubmissionStore submissions,
        MessageCatalog catalog,
        TimeProvider time,
        CancellationToken cancellationToken,
        JsonBody<CancelTransactionRequest>? body = null)
    {
        var now = time.GetUtcNow();
        var saga = await transactions.FindAsync(transactionId, cancellationToken);
        if (await PayerAsync(saga, transactionId, submissions, cancellationToken) is not { } sourceAccountId)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        if (await CannotBeAsync(saga, submissions, cancellationToken) is { } refused)
            return refused;

        var message = new TransactionCancelled(transactionId, sourceAccountId, now, body?.Value.Reason);
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

    // The saga knows every transaction that has arrived, over HTTP or Kafka; of one still on its way through Kafka only its submission does.
    static async Task<string?> PayerAsync(
        TransactionSaga? saga, Guid transactionId, SubmissionStore submissions, CancellationToken cancellationToken) =>
        saga is { AmountMinor: not null }
            ? saga.SourceAccountId
            : (await submissions.FindAsync(SubmissionKind.Transaction, $"{transactionId}", cancellationToken))?.MessageKey;

    // A cancellation that was accepted before gets its first answer again, whatever has become of the transaction since.
    static async Task<IResult?> CannotBeAsync(TransactionSaga? saga, SubmissionStore submissions, CancellationToken cancellationToken)
    {
        if (saga is not { AmountMinor: not null } || TransactionStates.CanBeCancelled(saga.CurrentState)
            || await submissions.FindAsync(SubmissionKind.Cancellation, $"{saga.CorrelationId}", cancellationToken) is not null)
            return null;
        var state = TransactionStates.Shown(saga.CurrentState);
        return saga.CurrentState is "Completed"
            ? ApiProblem.Of(ProblemKinds.TransactionEnded, $"It is {state}: it can be reversed.")
            : ApiProblem.Of(TransactionStates.HasEnded(saga.CurrentState) ? ProblemKinds.TransactionEnded : ProblemKinds.TransactionUnderWay, $"It is {state}.");
    }
}
