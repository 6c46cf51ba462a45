using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;
using Orchestrator.Api.Versions;
using Orchestrator.Contracts;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Versions;

namespace Orchestrator.Api.Models;

/// <summary>Fraud models over HTTP: uploading, comparing, putting in force.</summary>
public static class ModelsApiModule
{
    const string Changes = "Kept under the name of who asks. With If-Match it is done only to the revision that was looked at; the same again changes nothing.";

    static readonly RequestSizeLimitAttribute Large = new(ModelFile.MaxBytes);

    /// <summary>Adds what the endpoints need; the lanes may be in another process.</summary>
    public static IServiceCollection AddModelsApi(this IServiceCollection services) =>
        services.AddModelStore().AddSingleton<ModelUploads>().AddSingleton<ModelChange>();

    /// <summary>Maps /v1/models.</summary>
    public static IEndpointRouteBuilder MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/models").WithTags("Models").Allow(Roles.Analyst, Roles.Auditor);
        group.MapPost("/", UploadAsync).Allow(Roles.Analyst).WithMetadata(Large).Accepts<ModelFileBody>("application/json")
            .WithSummary("Stores a model's file as a draft")
            .WithDescription("The body is the file, as `orchestrator train` writes it (orchestrator-trees) or an ONNX graph with its manifest (orchestrator-onnx); at most 64 MiB. It is " +
                "checked against the features of this service, and an ONNX graph is run. Kept under the name of who asks: whoever uploads a model cannot put it in force. " +
                "The same file again gets the first answer, with Idempotency-Replayed.")
            .Produces<ModelView>(201).Produces<ModelView>(200).ProducesProblems(400, 409, 413, 415, 503);
        group.MapGet("/", ListAsync)
            .WithSummary("Models by version, without their files")
            .WithDescription("Pages of at most 200; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/comparison", CompareModels.HandleAsync)
            .WithSummary("What decided beside what was on trial, over stored decisions")
            .WithDescription(
                "Decisions `from` and before `to` (the last seven days unless said, at most 92), the newest 200,000 of them, by the versions that decided and that were on trial: how often " +
                "they came to what, and where labels are known precision, recall and the amounts of frauds that were caught. With `assumeGenuine=true` a transaction without a label counts as " +
                "genuine, for where labels are of frauds alone: take a time for which they have come.")
            .ProducesProblems(400, 503);
        group.MapGet("/{version}", GetAsync)
            .WithSummary("A model: what its file says of it, its state, and what was done with it")
            .ProducesProblems(404, 503);
        group.MapGet("/{version}/content", ContentAsync)
            .WithSummary("A model's file")
            .Produces<object>(200).ProducesProblems(404, 503);
        Changing(group.MapPost("/{version}/shadow", ShadowAsync), "Lets a model score beside the live one, deciding nothing", "The former shadow retires.");
        Changing(group.MapPost("/{version}/activate", ActivateAsync), "Lets a shadow's score count", "Four eyes: not in the name of who uploaded it. The former one retires.");
        Changing(group.MapPost("/{version}/rollback", RollBackAsync), "Takes the live model out of force", "What it replaced is live again, or else none is.");
        Changing(group.MapPost("/{version}/retire", RetireAsync), "Ends the trial of a shadow", "It can be tried again.");
        return routes;
    }

    static void Changing(RouteHandlerBuilder route, string summary, string description) => route
        .Allow(Roles.Analyst).WithSummary(summary).WithDescription($"{description} {Changes}").Produces<VersionSummary>(200).ProducesProblems(400, 403, 404, 409, 412, 413, 415, 503);

    static async Task<IResult> UploadAsync(
        HttpContext context, ModelUploads uploads, ModelStore models, Actor actor, CancellationToken cancellationToken,
        string? reason = null)
    {
        var errors = new ContractErrors();
        errors.Required(reason, "reason", VersionRequests.MaxReason);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (outcome, version) = await uploads.ReceiveAsync(context, async (file, bytes) =>
            (await models.CreateAsync(file, bytes, VersionRequests.Actor(actor, reason!), cancellationToken), file.Model.Version));
        if (outcome is VersionOutcome.Exists)
            return ApiProblem.Of(ProblemKinds.ModelExists);
        var view = ModelView.Of((await models.FindAsync(version, cancellationToken))!);
        EntityTags.Show(context, view.Revision);
        if (outcome is not VersionOutcome.Repeated)
            return TypedResults.Created($"/v1/models/{version}", view);
        context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
        context.Response.Headers.Location = $"/v1/models/{version}";
        return TypedResults.Ok(view);
    }

    static async Task<Results<Ok<Page<ModelSummary>>, ProblemHttpResult>> ListAsync(
        ModelStore models, CancellationToken cancellationToken, string? after = null, int limit = 100)
    {
        if (PageLimits.Refuse(0, limit, ModelStore.MaxPage) is { } refused)
            return refused;
        var page = await models.ListAsync(after, limit, cancellationToken);
        return TypedResults.Ok(new Page<ModelSummary>(page, page.Count == limit ? page[^1].Version : null));
    }

    static async Task<Results<Ok<ModelView>, ProblemHttpResult>> GetAsync(string version, ModelStore models, HttpContext context, CancellationToken cancellationToken)
    {
        if (await models.FindAsync(version, cancellationToken) is not { } stored)
            return ApiProblem.Of(ProblemKinds.ModelNotFound);
        EntityTags.Show(context, stored.Summary.Revision);
        return TypedResults.Ok(ModelView.Of(stored));
    }

    static async Task<IResult> ContentAsync(string version, ModelStore models, CancellationToken cancellationToken) =>
        await models.ContentAsync(version, cancellationToken) is { } content
            ? TypedResults.Bytes(content, "application/json", $"{version}.json")
            : ApiProblem.Of(ProblemKinds.ModelNotFound);

    static Task<IResult> ShadowAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, ModelChange model, CancellationToken cancellationToken) =>
        model.RunAsync(version, body.Value, change, VersionWish.Shadow, cancellationToken);

    static Task<IResult> ActivateAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, ModelChange model, CancellationToken cancellationToken) =>
        model.RunAsync(version, body.Value, change, VersionWish.Activate, cancellationToken);

    static Task<IResult> RollBackAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, ModelChange model, CancellationToken cancellationToken) =>
        model.RunAsync(version, body.Value, change, VersionWish.RollBack, cancellationToken);

    static Task<IResult> RetireAsync(
        string version, JsonBody<ChangeVersionRequest> body, [AsParameters] VersionChange change, ModelChange model, CancellationToken cancellationToken) =>
        model.RunAsync(version, body.Value, change, VersionWish.Retire, cancellationToken);
}
