using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Api.Replay;

/// <summary>Replays over HTTP: each is a job.</summary>
public static class ReplaysModule
{
    /// <summary>Adds what the endpoints need.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="runs">Whether this process works on replays; else it shows them, and asks others for them.</param>
    public static IServiceCollection AddReplays(this IServiceCollection services, bool runs)
    {
        services.AddReplayStore().AddSingleton<ReplayChecks>();
        return runs ? services.AddReplayWorker() : services;
    }

    /// <summary>Maps /v1/replays.</summary>
    public static IEndpointRouteBuilder MapReplays(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/replays").WithTags("Replays").Allow(Roles.Operator, Roles.Auditor).Audited();
        group.MapPost("/", PostAsync).Allow(Roles.Operator)
            .WithSummary("Reads a bounded range of a topic again, into a topic or tables of its own; or counts what that would be")
            .WithDescription(
                "Bounds by offset or time, partitions, a filter by type, key and header, a rate and a number of messages. Copies go into topic `replay-{replayId}`, each once, with headers that say " +
                "where it came from; or events are folded by the code of a projection into a schema of their own. No position, effect or table of what is live is touched. `dryRun` counts only. " +
                "Look at its address until its state is done. Audited with the reason. The same Idempotency-Key (or replayId) with the same body gets the same replay, with another body 409.")
            .Produces<ReplayJobView>(202).ProducesProblems(400, 409, 413, 415, 429, 503);
        group.MapGet("/", ListAsync)
            .WithSummary("Replays, the newest first")
            .WithDescription("Pages of at most 200; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/{replayId:guid}", GetAsync)
            .WithSummary("A replay: where it stands, how far it is by partition, what was counted, and who did what about it")
            .ProducesProblems(404, 503);
        group.MapPost("/{replayId:guid}/pause", (Guid replayId, [AsParameters] ReplayChanging asked) => asked.RunAsync(replayId, ReplayChange.Pause))
            .WithSummary("Pauses a replay").Describe("One that runs stops within some seconds: then `pauseRequested` says that it will.");
        group.MapPost("/{replayId:guid}/resume", (Guid replayId, [AsParameters] ReplayChanging asked) => asked.RunAsync(replayId, ReplayChange.Resume))
            .WithSummary("Goes on with a paused replay, where it stopped").Describe("Nothing is taken twice, and nothing is left out.");
        group.MapPost("/{replayId:guid}/cancel", (Guid replayId, [AsParameters] ReplayChanging asked) => asked.RunAsync(replayId, ReplayChange.Cancel))
            .WithSummary("Cancels a replay").Describe("One that runs stops within some seconds: then `cancelRequested` says that it will. What it had made is kept for its time.");
        group.MapPost("/{replayId:guid}/drop", (Guid replayId, [AsParameters] ReplayChanging asked) => asked.RunAsync(replayId, ReplayChange.Drop))
            .WithSummary("Drops what a replay that has ended has made, its topic or its tables, before their time").Describe("Within some seconds: then `droppedAt` says when.");
        return routes;
    }

    static void Describe(this RouteHandlerBuilder endpoint, string description) =>
        endpoint.Allow(Roles.Operator).WithDescription($"{description} The same again changes nothing. Audited under the name of who asks.").ProducesProblems(404, 409, 503);

    static async Task<IResult> PostAsync(
        JsonBody<StartReplayRequest> body, [FromHeader(Name = IdempotencyKey.Header)] string? idempotencyKey, Actor actor, HttpContext context, ReplayStore replays, ReplayChecks checks,
        IOptions<ReplayOptions> options, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        var id = IdempotencyKey.IdOf(body.Value.ReplayId, "replayId", idempotencyKey, SubmissionKind.Replay, errors);
        errors.Id(id, "replayId");
        var order = checks.Read(body.Value, id, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await replays.RequestAsync(id, idempotencyKey, order, $"{actor}", body.Value.Reason, options.Value.MostOpen, cancellationToken) switch
        {
            ReplayRequested.Accepted(var job) => JobAnswers.Accepted(AddressOf(job), ReplayViews.Of(job)),
            ReplayRequested.Repeated(var job) => JobAnswers.Repeated(context, AddressOf(job), ReplayViews.Of(job)),
            ReplayRequested.Exists => ApiProblem.Of(ProblemKinds.ReplayExists),
            ReplayRequested.KeyReused => ApiProblem.Of(ProblemKinds.IdempotencyKeyReused),
            ReplayRequested.TargetBusy(var other) => ApiProblem.Of(ProblemKinds.ReplayTargetBusy, $"The replay {other} has it."),
            ReplayRequested.Full => JobAnswers.Full(context, ProblemKinds.ReplaysFull, $"{options.Value.MostOpen} wait, run or are paused already."),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
    }

    static string AddressOf(ReplayJob job) => $"/v1/replays/{job.Id}";

    static async Task<Results<Ok<Page<ReplayJobView>>, ProblemHttpResult>> ListAsync(ReplayStore replays, CancellationToken cancellationToken, long? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(after ?? 0, limit, ReplayStore.MaxPage) is { } refused)
            return refused;
        var page = await replays.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ReplayJobView>(
            [.. page.Select(job => ReplayViews.Of(job))], page.Count == limit ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null));
    }

    static async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> GetAsync(Guid replayId, ReplayStore replays, CancellationToken cancellationToken) =>
        await replays.FindAsync(replayId, cancellationToken) is { } job
            ? TypedResults.Ok(ReplayViews.Of(job, await replays.AuditOfAsync(replayId, cancellationToken)))
            : ApiProblem.Of(ProblemKinds.ReplayNotFound);
}

/// <summary>Pauses, resumes, cancels or drops a replay, in somebody's name.</summary>
/// <param name="Replays">Where it is kept.</param>
/// <param name="Actor">Who asks, for the audit.</param>
/// <param name="CancellationToken">Gives up.</param>
sealed record ReplayChanging(ReplayStore Replays, Actor Actor, CancellationToken CancellationToken)
{
    /// <summary>Asks for it.</summary>
    public async Task<Results<Ok<ReplayJobView>, ProblemHttpResult>> RunAsync(Guid replayId, ReplayChange change) =>
        await Replays.ChangeAsync(replayId, change, $"{Actor}", CancellationToken) switch
        {
            ReplayChanged.Done(var job) => TypedResults.Ok(ReplayViews.Of(job)),
            ReplayChanged.Refused(var state) => ApiProblem.Of(ProblemKinds.ReplayState, $"It is {state.ToString().ToLowerInvariant()}."),
            ReplayChanged.NotFound => ApiProblem.Of(ProblemKinds.ReplayNotFound),
            var outcome => throw new InvalidOperationException($"Unknown outcome {outcome}"),
        };
}
