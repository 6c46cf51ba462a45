using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Submissions;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Transactions;

/// <summary>GET /v1/transactions/{id}/requests.</summary>
static class ListTransactionRequests
{
    public static async Task<Results<Ok<TransactionRequestsView>, ProblemHttpResult>> HandleAsync(
        Guid transactionId, TransactionReader transactions, OperationReader operations, SubmissionStore submissions, CancellationToken cancellationToken)
    {
        if (await transactions.FindAsync(transactionId, cancellationToken) is not { } saga)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        List<TransactionRequestView> requests = [.. (await operations.OfAsync(transactionId, cancellationToken)).Select(Decided)];
        foreach (var (kind, subject) in new[]
        {
            (SubmissionKind.Review, $"{transactionId}"), (SubmissionKind.Capture, $"{transactionId}"), (SubmissionKind.Reversal, TransactionRequestsView.ReversalSubject(saga)),
        })
        {
            var id = DerivedId.Of(kind.Name, subject);
            if (!requests.Exists(r => r.RequestId == id) && await submissions.FindAsync(kind, subject, cancellationToken) is { } accepted)
                requests.Add(new(id, kind.Name, "pending", accepted.AcceptedAt));
        }
        return TypedResults.Ok(new TransactionRequestsView(requests));
    }

    static TransactionRequestView Decided(SagaAct act) => new(
        act.OperationId, act.Kind, act.Refusal is null ? "taken" : "refused", act.AskedAt, act.DecidedAt, act.Actor, act.Reason, act.Refusal,
        TransactionStates.Shown(act.FromState), TransactionStates.Shown(act.ToState));
}
