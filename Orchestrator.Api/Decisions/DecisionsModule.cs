using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Backtests;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Labels;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Decisioning.Records;

namespace Orchestrator.Api.Decisions;

/// <summary>What decisions left behind, over HTTP.</summary>
public static class DecisionsModule
{
    /// <summary>Adds what the endpoints need; the lanes may be in another process.</summary>
    public static IServiceCollection AddDecisionsApi(this IServiceCollection services) => services.AddDecisionReader().AddSingleton<AskLabels>().AddBacktestsApi();

    /// <summary>Maps /v1/decisions, /v1/labels and /v1/backtests.</summary>
    public static IEndpointRouteBuilder MapDecisions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/decisions").WithTags("Decisions").Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Analyst, Roles.Auditor);
        group.MapPost("/", AskDecision.HandleAsync).Allow(Roles.Service)
            .WithSummary("Decides about a transaction and answers with the decision")
            .WithDescription(
                "Answers within milliseconds, once the decision is written. Nothing else follows: to move the money, submit the transaction under the same id, and it is " +
                "decided likewise while the decision is remembered. The same transactionId (or Idempotency-Key) with the same body gets the same decision, with another " +
                "body 409. A 503 other than `unavailable` says why there is no decision: ask again with the same id; if one was made, that is the answer.")
            .ProducesProblems(400, 409, 413, 415, 503);
        group.MapGet("/", ListDecisions.HandleAsync)
            .WithSummary("Decisions, the newest first")
            .WithDescription(
                "Of an `account`, of an `outcome` (approve, review, decline), `from` and before `to`, `degraded` or not, in which a `rule` has a part, with a score from " +
                "`minScore` to `maxScore`. At most 500 a page; `after` is the `next` of the page before. A page looks at 10,000 decisions of the account and the time at " +
                "most, so with another filter it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        group.MapGet("/{transactionId:guid}", GetAsync)
            .WithSummary("A decision: what was decided, by which rules and model, from which numbers, and what was said about it since")
            .WithDescription("Stored within a fraction of a second of the decision, and kept for 400 days.")
            .ProducesProblems(404, 503);
        group.MapGet("/{transactionId:guid}/explain", ExplainDecision.HandleAsync)
            .WithSummary("Why a decision is as it is: rules, contributions, features; made again, if asked for")
            .WithDescription("With `trace=true` the rules, model and lists of that time decide again from the stored numbers; the answer says whether they come to the same, and shows every rule step by step.")
            .ProducesProblems(400, 404, 409, 501, 503);
        return routes.MapLabels().MapBacktests();
    }

    static async Task<Results<Ok<DecisionView>, ProblemHttpResult>> GetAsync(Guid transactionId, DecisionReader decisions, CancellationToken cancellationToken) =>
        await decisions.FindAsync(transactionId, cancellationToken) is { } record
            ? TypedResults.Ok(DecisionView.Of(record))
            : ApiProblem.Of(ProblemKinds.DecisionNotFound);
}
