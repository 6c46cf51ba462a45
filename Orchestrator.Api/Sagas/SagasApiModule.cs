using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Casework.Alerts;
using Orchestrator.Ledger.Postings;
using Orchestrator.Sagas;
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
        services.AddSingleton<TransactionAlerts>().AddSingleton<AccountTransactions>().AddSingleton<SagaFinder>().AddSingleton<SagaDetails>();
        // The machine itself, as it runs on the lanes: it is only looked at here.
        services.AddSingleton(provider => MachineMap.Of(new TransactionStateMachine(provider.GetRequiredService<IOptions<TransactionSagaOptions>>().Value)));
        services.AddSingleton(provider => new SagaMachines(new Dictionary<string, MachineMap>(StringComparer.Ordinal)
        {
            [SagaMachines.Transaction] = provider.GetRequiredService<MachineMap>(),
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
        group.MapGet("/transactions", ListSagas.HandleAsync)
            .WithSummary("Sagas of transactions: by state, account, age, text, and whether they are stuck")
            .WithDescription(
                "`stuck=true` and the states that wait for people (held, authorised, compensation_failed) list what waits longest first, at once, however many transactions there are; so do " +
                "`account`, newest first, and a `text` of eight hexadecimal digits or more, which is the beginning of an id. Another `text` is looked for in reasons and findings. " +
                "`olderThan` and `newerThan` are ages since it last changed, as in `30m`, `2h`, `7d`. At most 500 a page; `after` is the `next` of the page before. Else a page looks at 10,000 " +
                "transactions at most, so it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        group.MapGet("/transactions/{transactionId:guid}", GetSaga.HandleAsync)
            .WithSummary("A saga: state, data, timeline, what remains, its commands and the ledger's replies, alerts, cases and parked messages")
            .WithDescription("The ETag is its version. What happens at its deadline, what would be undone, and what people can do now is in `outlook`.")
            .ProducesProblems(404, 503);
        group.MapGet("/transactions/{transactionId:guid}/diagram", SagaDiagrams.OfTransactionAsync)
            .WithSummary("The machine with the saga's state and the way that it took")
            .WithDescription("`format=svg`, or `mermaid` for the text of one.")
            .Produces<string>(200, "image/svg+xml", "text/vnd.mermaid").ProducesProblems(400, 404, 406, 503);
        return routes;
    }

    static async Task<Ok<SagaTypes>> TypesAsync(TallyReader tally, AttentionReader attention, CancellationToken cancellationToken)
    {
        var states = (await tally.ReadAsync(cancellationToken)).ByState.Where(s => s.Value != 0)
            .ToDictionary(s => TransactionStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal);
        var waiting = (await attention.CountAsync(cancellationToken)).ToDictionary(s => TransactionStates.Shown(s.Key), s => s.Value, StringComparer.Ordinal);
        return TypedResults.Ok(new SagaTypes([new SagaTypeView(SagaMachines.Transaction, "/v1/sagas/transactions", states, waiting)]));
    }
}
