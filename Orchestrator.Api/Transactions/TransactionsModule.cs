using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;

namespace Orchestrator.Api.Transactions;

/// <summary>Transactions over HTTP.</summary>
public static class TransactionsModule
{
    /// <summary>Maps /v1/transactions.</summary>
    public static IEndpointRouteBuilder MapTransactions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/transactions").WithTags("Transactions").Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Analyst, Roles.Operator, Roles.Auditor);
        group.MapPost("/", SubmitTransaction.HandleAsync).Allow(Roles.Service)
            .WithSummary("Submits a transaction")
            .WithDescription(
                "Answers once it is stored; it is decided within milliseconds. The same Idempotency-Key (or transactionId) with the same body gets the same answer, " +
                "with another body 409. Without a transactionId an Idempotency-Key is required.")
            .Produces<TransactionAccepted>(202).ProducesProblems(400, 409, 413, 415, 503);
        group.MapGet("/", ListTransactions.HandleAsync)
            .WithSummary("Transactions, by state and account")
            .WithDescription(
                "In the order of their ids, at most 500 a page; `after` is the `next` of the page before. A page looks at 10,000 transactions at most, so with a " +
                "filter it may be short or even empty and not the last: go on while there is a `next`. `account` finds those that it pays or receives.")
            .ProducesProblems(400, 503);
        group.MapGet("/{transactionId:guid}", GetTransaction.HandleAsync)
            .WithSummary("A transaction: where it is, how it got there, what remains")
            .ProducesProblems(404, 503);
        group.MapPost("/{transactionId:guid}/cancel", CancelTransaction.HandleAsync).Allow(Roles.Service, Roles.Supervisor)
            .WithSummary("Takes a transaction back")
            .WithDescription(
                "Takes effect while the transaction still waits; its timeline says what became of it. Cancelling twice is one cancellation; one that has ended " +
                "cannot be cancelled. However it was submitted, over HTTP or Kafka.")
            .Produces<CancellationAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapPost("/{transactionId:guid}/review", ReviewTransaction.HandleAsync).Allow(Roles.CaseWorker, Roles.Supervisor)
            .WithSummary("Decides about a transaction whose funds are on hold")
            .WithDescription(
                "`release`: it is genuine, the posting goes on. `confirm_fraud`: the customer has the funds back, and the transaction is declined. `ask_for_more`: the time to " +
                "review begins anew, a few times. Kept under the name of who asks. The first decision stands: the same again gets the same answer, another one 409. " +
                "What is found is also a label. GET /v1/transactions?state=held lists those that wait.")
            .Produces<ReviewAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);
        return routes;
    }
}
