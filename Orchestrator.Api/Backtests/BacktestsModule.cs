using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Rules;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Backtests;
using Orchestrator.Decisioning.Backtests.Jobs;
using Orchestrator.Decisioning.Models;

namespace Orchestrator.Api.Backtests;

/// <summary>Backtests over HTTP: each is a job.</summary>
public static class BacktestsModule
{
    /// <summary>Adds what the endpoints need; the process that works on backtests may be another.</summary>
    public static IServiceCollection AddBacktestsApi(this IServiceCollection services) => services.AddBacktestStore();

    /// <summary>Maps /v1/backtests.</summary>
    public static IEndpointRouteBuilder MapBacktests(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/backtests").WithTags("Backtests").Allow(Roles.Analyst, Roles.Auditor);
        group.MapPost("/", PostAsync).Allow(Roles.Analyst)
            .WithSummary("Asks for a backtest: what rules and a model would have done with history")
            .WithDescription(
                "History is the stored decisions with their transactions, replayed in the order in which they happened, and labels, each from when it was known. It begins some weeks before " +
                "`from`, so that windows are whole. Nothing is decided by it, and no live state is touched. One runs at a time in a process, and it rests so that live decisions do not suffer: " +
                "look at its address until its state is done. The same Idempotency-Key (or backtestId) with the same body gets the same backtest, with another body 409.")
            .Produces<BacktestView>(202).ProducesProblems(400, 409, 413, 415, 429, 503);
        group.MapGet("/", ListAsync)
            .WithSummary("Backtests, the newest first, without their results")
            .WithDescription("Pages of at most 200; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/{backtestId:guid}", GetAsync)
            .WithSummary("A backtest: where it stands, how far it is, and its result when it is done")
            .WithDescription("Kept for 400 days after it ended.")
            .ProducesProblems(404, 503);
        group.MapPost("/{backtestId:guid}/cancel", CancelAsync).Allow(Roles.Analyst)
            .WithSummary("Cancels a backtest")
            .WithDescription("One that waits is cancelled at once, one that runs within some seconds: then `cancelRequested` says that it will be. The same again changes nothing.")
            .ProducesProblems(404, 409, 503);
        return routes;
    }

    static async Task<IResult> PostAsync(
        JsonBody<BacktestRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, Actor actor,
        HttpContext context, BacktestStore backtests, RuleSetChecks checks, ModelStore models, IOptions<BacktestJobsOptions> options, IServiceProvider services,
        CancellationToken cancellationToken)
    {
        var request = body.Value;
        var errors = new ContractErrors();
        var id = IdempotencyKey.IdOf(request.BacktestId, "backtestId", idempotencyKey, SubmissionKind.Backtest, errors);
        request.Validate(errors, services.GetService<CurrencyScales>() ?? CurrencyScales.Iso);
        if (errors.None)
            await CheckModelAsync(request.Model, models, errors, cancellationToken);
        if (errors.None && await RefuseRulesAsync(request.Rules, checks, errors, cancellationToken) is { } refused)
            return refused;
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await backtests.RequestAsync(id, idempotencyKey, request.ToOrder(), $"{actor}", options.Value.MostOpen, cancellationToken) switch
        {
            BacktestRequested.Accepted(var job) => JobAnswers.Accepted(AddressOf(job), BacktestView.Of(job)),
            BacktestRequested.Repeated(var job) => JobAnswers.Repeated(context, AddressOf(job), BacktestView.Of(job)),
            BacktestRequested.Exists => ApiProblem.Of(ProblemKinds.BacktestExists),
            BacktestRequested.KeyReused => ApiProblem.Of(ProblemKinds.IdempotencyKeyReused),
            BacktestRequested.Full => JobAnswers.Full(context, ProblemKinds.BacktestsFull, $"{options.Value.MostOpen} wait and run already."),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
    }

    static string AddressOf(BacktestJob job) => $"/v1/backtests/{job.Id}";

    static async Task<Results<Ok<Page<BacktestView>>, ProblemHttpResult>> ListAsync(
        BacktestStore backtests, CancellationToken cancellationToken, long? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(after ?? 0, limit, BacktestStore.MaxPage) is { } refused)
            return refused;
        var page = await backtests.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<BacktestView>(
            [.. page.Select(BacktestView.Of)], page.Count == limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null));
    }

    static async Task<Results<Ok<BacktestView>, ProblemHttpResult>> GetAsync(Guid backtestId, BacktestStore backtests, CancellationToken cancellationToken) =>
        await backtests.FindAsync(backtestId, cancellationToken) is { } job ? TypedResults.Ok(BacktestView.Of(job)) : ApiProblem.Of(ProblemKinds.BacktestNotFound);

    static async Task<Results<Ok<BacktestView>, ProblemHttpResult>> CancelAsync(Guid backtestId, BacktestStore backtests, CancellationToken cancellationToken) =>
        await backtests.CancelAsync(backtestId, cancellationToken) switch
        {
            BacktestCancelled.Done(var job) => TypedResults.Ok(BacktestView.Of(job)),
            BacktestCancelled.Ended(var state) => ApiProblem.Of(ProblemKinds.BacktestEnded, state is BacktestState.Done ? "It is done." : "It has failed."),
            BacktestCancelled.NotFound => ApiProblem.Of(ProblemKinds.BacktestNotFound),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };

    // What is live is what is so when the work begins.
    static async Task<IResult?> RefuseRulesAsync(string rules, RuleSetChecks checks, ContractErrors errors, CancellationToken cancellationToken)
    {
        if (rules is BacktestOrder.Live or BacktestOrder.BuiltIn)
            return null;
        if (await checks.FindAsync(rules, cancellationToken) is { } content)
            return (await checks.CompileAsync(rules, content, cancellationToken)).Problem;
        errors.Add("unknown_version", "rules", "a stored rule set's version, live or built-in");
        return null;
    }

    static async Task CheckModelAsync(string model, ModelStore models, ContractErrors errors, CancellationToken cancellationToken)
    {
        if (model is not (BacktestOrder.Live or BacktestOrder.None) && await models.FindAsync(model, cancellationToken) is null)
            errors.Add("unknown_version", "model", "a stored model's version, live or none");
    }
}
