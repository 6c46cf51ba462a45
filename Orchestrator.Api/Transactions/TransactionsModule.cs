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
        group.MapPost("/{transactionId:guid}/capture", CaptureTransaction.HandleAsync).Allow(Roles.Service, Roles.Supervisor)
            .WithSummary("Captures an authorised transaction, all of it or a part")
            .WithDescription(
                "For what was submitted with `\"capture\": \"manual\"`: once it is approved it is `authorised`, the funds are on hold, and this moves them. A part is captured " +
                "once: the rest is available to the payer again. The first capture stands: the same again gets the same answer, another amount 409. Whether it came before a " +
                "cancellation or the end of the hold is for the saga to say: `/requests` has it.")
            .Produces<CaptureAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapPost("/{transactionId:guid}/reverse", ReverseTransaction.HandleAsync).Allow(Roles.Supervisor)
            .WithSummary("Has a completed transaction undone")
            .WithDescription(
                "The destination pays back what it received, and the transaction is `reversed`. Where the destination has spent it, or cannot pay for another reason, the transaction is " +
                "`compensation_failed` and waits for an operator. A transaction is reversed once.")
            .Produces<ReversalAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapGet("/{transactionId:guid}/requests", ListTransactionRequests.HandleAsync)
            .WithSummary("What was asked of a transaction, and what became of it")
            .WithDescription(
                "Reviews, cancellations, captures, reversals and what operators did, over HTTP or Kafka, with who and why. The saga takes them one after the other: of two that exclude " +
                "each other one is `taken` and the other `refused`, by a stable name.")
            .ProducesProblems(404, 503);
        return routes;
    }
}
