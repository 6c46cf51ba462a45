using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Ledger;
using Orchestrator.Ledger.Postings;

namespace Orchestrator.Api.Postings;

/// <summary>Commands to the ledger over HTTP: transfers, holds, debits and credits.</summary>
public static class PostingsModule
{
    const string Stored =
        "Answers once the request is stored; the ledger decides it within milliseconds. The same Idempotency-Key (or id) with the same body gets the same answer, " +
        "with another body 409. Without an id an Idempotency-Key is required.";

    /// <summary>Adds what the endpoints need.</summary>
    public static IServiceCollection AddPostings(this IServiceCollection services) => services.AddSingleton<AskLedger>();

    /// <summary>Maps /v1/transfers, /v1/holds, /v1/accounts/{id}/debits and credits, /v1/ledger/commands.</summary>
    public static IEndpointRouteBuilder MapPostings(this IEndpointRouteBuilder routes)
    {
        var transfers = routes.MapGroup("/v1/transfers").WithTags("Transfers").Allow(Roles.Service);
        Accepting(
            transfers.MapPost("/", Transfers.PostAsync), "Moves an amount between two accounts, whole or not at all",
            $"{Stored} With `dryRun=true` nothing is asked for: 200 says what would become of it as the accounts are now.").Produces<TransferDryRun>();
        transfers.MapPost("/bulk", BulkTransfers.PostAsync)
            .WithSummary("Moves many amounts, each whole or not at all, and those that are linked all or none")
            .WithDescription(
                "Up to 1,000 transfers, each taken or refused by itself: 200 with a result for each, in order. The same bulk again asks for nothing twice. " +
                "A transfer with `linked` takes effect only together with the one that follows it: such a chain, of up to 100, ends with the first transfer that is not linked. " +
                "With `dryRun=true` nothing is asked for: 200 says what would become of each as the accounts are now, one after another.")
            .Produces<BulkTransferResult>().Produces<BulkDryRun>().ProducesProblems(400, 413, 415, 503);
        transfers.MapGet("/{transferId:guid}", Transfers.GetAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithSummary("A transfer: whether the money has moved, and if not, why").ProducesProblems(404, 503);
        Accepting(
            transfers.MapPost("/{transferId:guid}/reverse", Transfers.ReverseAsync).Allow(Roles.Service, Roles.Supervisor), "Undoes a transfer by a new one in the other direction",
            $"{Stored} A transfer is reversed once; what becomes of the reversal is at its Location.");

        var holds = routes.MapGroup("/v1/holds").WithTags("Holds").Allow(Roles.Service);
        Accepting(holds.MapPost("/", Holds.PlaceAsync), "Reserves an amount on an account", Stored);
        holds.MapGet("/{holdId:guid}", Holds.GetAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithSummary("A hold and what became of it").ProducesProblems(404, 503);
        Accepting(holds.MapPost("/{holdId:guid}/capture", Holds.CaptureAsync), "Takes a hold's amount, or a part of it, off the account", Stored);
        Accepting(holds.MapPost("/{holdId:guid}/release", Holds.ReleaseAsync), "Gives a hold's amount back", Stored);

        var accounts = routes.MapGroup("/v1/accounts").WithTags("Accounts").Allow(Roles.Service);
        Accepting(
            accounts.MapPost("/{accountId}/debits", DebitAsync), "Takes an amount off an account without a hold: a withdrawal, a fee", Stored);
        Accepting(
            accounts.MapPost("/{accountId}/credits", CreditAsync), "Puts an amount on an account: a deposit, a fee given back", Stored);

        routes.MapGet("/v1/ledger/commands/{commandId:guid}", CommandAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Operator, Roles.Auditor).WithTags("Ledger")
            .WithSummary("What became of a command to the ledger").ProducesProblems(404, 503);
        return routes;
    }

    static RouteHandlerBuilder Accepting(RouteHandlerBuilder route, string summary, string description) => route
        .WithSummary(summary).WithDescription(description).Produces<PostingAccepted>(202).ProducesProblems(400, 404, 409, 413, 415, 503);

    static Task<IResult> DebitAsync(
        string accountId, JsonBody<PostingRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLedger ledger,
        CancellationToken cancellationToken) => PostAsync(
            body.Value, idempotencyKey, ledger,
            (id, at) => new Debit(id, id, accountId, body.Value.AmountMinor, body.Value.Currency, accountId, at, body.Value.Purpose), cancellationToken);

    static Task<IResult> CreditAsync(
        string accountId, JsonBody<PostingRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, AskLedger ledger,
        CancellationToken cancellationToken) => PostAsync(
            body.Value, idempotencyKey, ledger,
            (id, at) => new Credit(id, id, accountId, body.Value.AmountMinor, body.Value.Currency, accountId, at, Purpose: body.Value.Purpose), cancellationToken);

    // What goes over the clearing account has two ends, and nobody outside writes one of them alone.
    static async Task<IResult> PostAsync(
        PostingRequest request, string? idempotencyKey, AskLedger ledger, Func<Guid, DateTimeOffset, ILedgerCommand> command, CancellationToken cancellationToken) =>
        request.Purpose is PostingPurpose.Transfer
            ? ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("unsupported_purpose", "purpose", "settlement, fee or suspense; to another account: /v1/transfers")])
            : await ledger.AcceptAsync(request.CommandId, "commandId", idempotencyKey, command, id => $"/v1/ledger/commands/{id}", cancellationToken);

    static async Task<Results<Ok<CommandView>, ProblemHttpResult>> CommandAsync(
        Guid commandId, PostingReader postings, AskLedger ledger, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await postings.FindCommandAsync(commandId, cancellationToken) is { } view)
            return TypedResults.Ok(view);
        return await ledger.IsUnderWayAsync(commandId, cancellationToken)
            ? TypedResults.Ok(new CommandView(commandId, CommandState.Pending, time.GetUtcNow()))
            : ApiProblem.Of(ProblemKinds.CommandNotFound);
    }
}
