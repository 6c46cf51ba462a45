using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Contracts;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Api.Projections;

/// <summary>Projections over HTTP: how they do, building one anew, checking one.</summary>
public static class ProjectionsModule
{
    /// <summary>Maps /v1/projections.</summary>
    public static IEndpointRouteBuilder MapProjections(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/projections").WithTags("Projections").Allow(Roles.Operator, Roles.Auditor);
        group.MapGet("/", async (ProjectionStatusReader projections, CancellationToken cancellationToken) =>
                TypedResults.Ok(await projections.ReadAsync(cancellationToken)))
            .WithSummary("The ledger's projections: what is served, what is being built and how far, and how far each is behind")
            .ProducesProblems(503);
        group.MapPost("/{name}/rebuild", RebuildAsync).Allow(Roles.Operator)
            .WithSummary("Builds a projection anew beside the one that is served")
            .WithDescription(
                "From the ledger's own events (`from=store`, the default) or from the topic's beginning (`from=topic`). It takes the other's place when it has caught " +
                "up; until then nothing changes for readers. One build at a time.")
            .ProducesProblems(400, 404, 409, 503).Produces<RebuildAccepted>(202);
        group.MapPost("/{name}/check", CheckAsync).Allow(Roles.Operator)
            .WithSummary("Compares a projection with the ledger's own events, and names the first difference")
            .WithDescription("Folds every event again, so it answers when that is done; ending the request ends it. Nothing is changed. One check at a time.")
            .ProducesProblems(404, 409, 503);
        return routes;
    }

    static async Task<Results<Accepted<RebuildAccepted>, ProblemHttpResult>> RebuildAsync(
        string name, ProjectionCatalog projections, CancellationToken cancellationToken, string? from = null)
    {
        if (Source(from) is not { } source)
        {
            var errors = new ContractErrors();
            errors.Add("unknown_source", "from", "store or topic");
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        }
        return await projections.RequestAsync(name, source, cancellationToken) switch
        {
            RebuildOutcome.Accepted(var generation) => TypedResults.Accepted("/v1/projections", new RebuildAccepted(name, generation, source)),
            RebuildOutcome.Running(var generation) => ApiProblem.Of(ProblemKinds.RebuildRunning, $"Generation {generation} is being built."),
            _ => ApiProblem.Of(ProblemKinds.ProjectionNotFound),
        };
    }

    static async Task<Results<Ok<ProjectionCheckView>, ProblemHttpResult>> CheckAsync(string name, ProjectionCheck check, CancellationToken cancellationToken) =>
        await check.RunAsync(name, cancellationToken) switch
        {
            CheckOutcome.Checked(var view) => TypedResults.Ok(view),
            CheckOutcome.Running => ApiProblem.Of(ProblemKinds.CheckRunning),
            _ => ApiProblem.Of(ProblemKinds.ProjectionNotFound),
        };

    static RebuildSource? Source(string? from) => from switch
    {
        null or "store" => RebuildSource.Store,
        "topic" => RebuildSource.Topic,
        _ => null,
    };
}

/// <summary>The projection is going to be built.</summary>
/// <param name="Name">The projection.</param>
/// <param name="Generation">The number of the generation that will be built.</param>
/// <param name="Source">What it is built from.</param>
public sealed record RebuildAccepted(string Name, int Generation, RebuildSource Source);
