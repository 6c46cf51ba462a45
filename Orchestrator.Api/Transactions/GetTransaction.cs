using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts.Catalog;

namespace Orchestrator.Api.Transactions;

/// <summary>GET /v1/transactions/{id}.</summary>
static class GetTransaction
{
    public static async Task<Results<Ok<TransactionView>, ProblemHttpResult>> HandleAsync(
        Guid transactionId, SubmissionStore submissions, CancellationToken cancellationToken) =>
        await submissions.FindAsync(SubmissionKind.Transaction, $"{transactionId}", cancellationToken) is { } submission
            ? TypedResults.Ok(UnderWay(submission))
            : ApiProblem.Of(ProblemKinds.TransactionNotFound);

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
            ["assess", "hold", "capture", "credit"],
            DueAt: null);
    }
}
