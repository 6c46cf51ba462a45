using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Api.Transactions;
using Orchestrator.Casework.Alerts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas;
using Orchestrator.Sagas.AccountSagas;
using Orchestrator.Sagas.Attention;
using Orchestrator.Sagas.Machines;
using Orchestrator.Sagas.TransactionSagas;

namespace Orchestrator.Api.Sagas;

/// <summary>Sagas over HTTP, for those who keep them going: what there is, where each stands and why, and what to do about it.</summary>
public static class SagasApiModule
{
    /// <summary>Adds what the endpoints need; the lanes may be in another process.</summary>
    public static IServiceCollection AddSagasApi(this IServiceCollection services)
    {
        services.AddSagasReader();
        services.AddOptions<TransactionSagaOptions>().BindConfiguration(TransactionSagaOptions.Section).ValidateDataAnnotations();
        services.AddOptions<AccountSagaOptions>().BindConfiguration(AccountSagaOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<AskSaga>().AddSingleton<TransactionAlerts>().AddSingleton<AccountTransactions>().AddSingleton<SagaFinder>().AddSingleton<SagaDetails>();
        // The machine itself, as it runs on the lanes: it is only looked at here.
        services.AddSingleton(provider => MachineMap.Of(new TransactionStateMachine(provider.GetRequiredService<IOptions<TransactionSagaOptions>>().Value)));
        services.AddSingleton(provider => new SagaMachines(new Dictionary<string, MachineMap>(StringComparer.Ordinal)
        {
            [SagaMachines.Transaction] = provider.GetRequiredService<MachineMap>(),
            [SagaMachines.Account] = MachineMap.Of(new AccountStateMachine(provider.GetRequiredService<IOptions<AccountSagaOptions>>().Value)),
        }));
        return services;
    }

    /// <summary>Maps /v1/sagas.</summary>
    public static IEndpointRouteBuilder MapSagas(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/sagas").WithTags("Sagas").Allow(Roles.Operator, Roles.Supervisor, Roles.Auditor);
        group.MapGet("/", TypesAsync)
            .WithSummary("The kinds of sagas: how many there are in each state, and how many somebody should look at")
            .ProducesProblems(503);
        group.MapGet("/machines/{type}/diagram", SagaDiagrams.OfMachine)
            .WithSummary("The machine of a kind of sagas, as a picture")
            .WithDescription("`format=svg`, or `mermaid` for the text of one. Read off the machine that runs.")
            .Produces<string>(200, "image/svg+xml", "text/vnd.mermaid").ProducesProblems(400, 404, 406);
        group.MapGet("/transactions", ListSagas.HandleAsync).Audited()
            .WithSummary("Sagas of transactions: by state, account, age, text, and whether they are stuck")
            .WithDescription(
                "`stuck=true` and the states that wait for people (held, authorised, compensation_failed) list what waits longest first, at once, however many transactions there are; so do " +
                "`account`, newest first, and a `text` of eight hexadecimal digits or more, which is the beginning of an id. Another `text` is looked for in reasons and findings. " +
                "`olderThan` and `newerThan` are ages since it last changed, as in `30m`, `2h`, `7d`. At most 500 a page; `after` is the `next` of the page before. Else a page looks at 10,000 " +
                "transactions at most, so it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        group.MapGet("/transactions/{transactionId:guid}", GetSaga.HandleAsync).Audited()
            .WithSummary("A saga: state, data, timeline, what remains, its commands and the ledger's replies, alerts, cases and parked messages")
            .WithDescription("The ETag is its version. What happens at its deadline, what would be undone, and what people can do now is in `outlook`.")
            .ProducesProblems(404, 503);
        group.MapGet("/transactions/{transactionId:guid}/diagram", SagaDiagrams.OfTransactionAsync)
            .WithSummary("The machine with the saga's state and the way that it took")
            .WithDescription("`format=svg`, or `mermaid` for the text of one.")
            .Produces<string>(200, "image/svg+xml", "text/vnd.mermaid").ProducesProblems(400, 404, 406, 503);
        group.MapGet("/transactions/{transactionId:guid}/operations", OperationsAsync)
            .WithSummary("What was asked of a saga after its submission, by whom and why, and what became of it")
            .ProducesProblems(404, 503);
        return routes.MapAccountSagas().MapOperating();
    }

    // Who changes anything here has looked at it: If-Match takes the ETag.
    static IEndpointRouteBuilder MapOperating(this IEndpointRouteBuilder routes)
    {
        var saga = routes.MapGroup("/v1/sagas/transactions/{transactionId:guid}").WithTags("Sagas").Allow(Roles.Operator);
        saga.MapPost("/retry", (Guid transactionId, JsonBody<RetrySagaRequest> body, [AsParameters] OperateSaga operate, CancellationToken cancellationToken) =>
                operate.RunAsync(transactionId, SagaOperation.Retry, body.Value.Reason, toState: null, cancellationToken))
            .WithSummary("Has a saga ask again, now, for what it waits for")
            .WithDescription($"{Operating} Where a compensation was refused it is asked for anew, under another id: the ledger's answer to an id never changes.")
            .Operates();
        saga.MapPost("/resolve", (Guid transactionId, JsonBody<MoveSagaRequest> body, [AsParameters] OperateSaga operate, CancellationToken cancellationToken) =>
                operate.RunAsync(transactionId, SagaOperation.Resolve, body.Value.Reason, body.Value.ToState, cancellationToken))
            .WithSummary("Says how a transaction has ended that could not be undone")
            .WithDescription($"{Operating} Only what is parked (compensation_failed), and only to an end that follows from what has failed.")
            .Operates();
        saga.MapPost("/move", (Guid transactionId, JsonBody<MoveSagaRequest> body, [AsParameters] OperateSaga operate, CancellationToken cancellationToken) =>
                operate.RunAsync(transactionId, SagaOperation.Move, body.Value.Reason, body.Value.ToState, cancellationToken))
            .WithSummary("Has a saga go on in another state, where its machine allows it")
            .WithDescription($"{Operating} What is allowed is in the saga's `outlook`.")
            .Operates();
        return routes;
    }

    const string Operating =
        "Answers once the request is stored; the saga decides within milliseconds, and its operations say what became of it. What it would refuse as it is now is refused at once, and the detail says what is " +
        "possible. The same Idempotency-Key with the same body is one request; `If-Match` takes the ETag.";

    static void Operates(this RouteHandlerBuilder endpoint) => endpoint.Produces<SagaOperationAccepted>(202).ProducesProblems(400, 404, 409, 412, 413, 415, 503);

    static async Task<Results<Ok<SagaOperations>, ProblemHttpResult>> OperationsAsync(
        Guid transactionId, TransactionReader transactions, OperationReader operations, CancellationToken cancellationToken)
    {
        if (await transactions.FindAsync(transactionId, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.TransactionNotFound);
        return TypedResults.Ok(new SagaOperations([.. (await operations.OfAsync(transactionId, cancellationToken)).Select(a => new SagaOperationView(
            a.OperationId, a.Kind, a.Actor, a.AskedAt, a.DecidedAt, TransactionStates.Shown(a.FromState), TransactionStates.Shown(a.ToState), a.Reason,
            a.Refusal is null ? "done" : "refused", a.Refusal))]));
    }

    static async Task<Ok<SagaTypes>> TypesAsync(TallyReader tally, AttentionReader attention, AccountSearch accounts, CancellationToken cancellationToken)
    {
        var states = (await tally.ReadAsync(cancellationToken)).ByState.Where(s => s.Value != 0)
            .ToDictionary(s => TransactionStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal);
        var waiting = (await attention.CountAsync(cancellationToken)).ToDictionary(s => TransactionStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal);
        var ofAccounts = await accounts.CountAsync(cancellationToken);
        return TypedResults.Ok(new SagaTypes(
        [
            new SagaTypeView(SagaMachines.Transaction, "/v1/sagas/transactions", states, waiting),
            new SagaTypeView(
                SagaMachines.Account, "/v1/sagas/accounts", ofAccounts.ToDictionary(s => AccountStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal),
                ofAccounts.Where(s => AccountStates.Remaining(s.Key).Contains("review", StringComparer.Ordinal)).ToDictionary(s => AccountStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal)),
        ]));
    }
}
