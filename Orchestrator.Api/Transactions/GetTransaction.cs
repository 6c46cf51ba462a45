using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Sagas.TransactionSagas;
using TimelineEntry = Orchestrator.Api.Transactions.TimelineEntry;

namespace Orchestrator.Api.Transactions;

/// <summary>GET /v1/transactions/{id}.</summary>
static class GetTransaction
{
    public static async Task<Results<Ok<TransactionView>, ProblemHttpResult>> HandleAsync(
        Guid transactionId, TransactionReader transactions, SubmissionStore submissions, CancellationToken cancellationToken)
    {
        var saga = await transactions.FindAsync(transactionId, cancellationToken);
        if (saga is { AmountMinor: not null })
            return TypedResults.Ok(Known(saga));
        if (await submissions.FindAsync(SubmissionKind.Transaction, $"{transactionId}", cancellationToken) is { } submission)
            return TypedResults.Ok(UnderWay(submission));
        // Over Kafka an assessment or a cancellation may have come before what it is about.
        return saga is null ? ApiProblem.Of(ProblemKinds.TransactionNotFound) : TypedResults.Ok(Known(saga));
    }

    static TransactionView Known(TransactionSaga saga) => new(
        saga.CorrelationId,
        TransactionStates.Shown(saga.CurrentState),
        TransactionStates.HasEnded(saga.CurrentState),
        saga.Reason,
        saga.SourceAccountId,
        saga.DestinationAccountId,
        saga.AmountMinor,
        saga.Currency,
        [.. saga.Timeline.Select(e => new TimelineEntry(e.At, e.What, e.Why))],
        TransactionStates.Remaining(saga),
        saga.DeadlineAt,
        [.. Compensation.Of(saga).Select(c => new CompensationView(c.What, c.CommandId, c.State))],
        saga.Details is { ManualCapture: true } ? TransactionCapture.Manual : TransactionCapture.Automatic,
        saga.CurrentState is "Completed" or "Reversing" or "Reversed" ? saga.MovedMinor : null);

    // Accepted, and on its way through Kafka: the saga does not know it yet.
    static TransactionView UnderWay(AcceptedSubmission submission)
    {
        var message = JsonSerializer.Deserialize(submission.Message, ContractJson.Default.TransactionSubmitted)!;
        return new TransactionView(
            message.TransactionId,
            "submitted",
            Ended: false,
            Reason: null,
            message.SourceAccountId,
            message.DestinationAccountId,
            message.AmountMinor,
            message.Currency,
            [new TimelineEntry(submission.AcceptedAt, "submitted", "over HTTP")],
            ["assess", "hold", "credit", "capture"],
            DueAt: null,
            [],
            message.Capture ?? TransactionCapture.Automatic);
    }
}
