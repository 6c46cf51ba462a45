using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Activity.Segments;
using Orchestrator.Api.Activity.Segments;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Api.Submissions;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Activity;

/// <summary>Segments and who is in them, over HTTP.</summary>
static class SegmentsModule
{
    static readonly string[] Readers = [Roles.Analyst, Roles.CaseWorker, Roles.Supervisor, Roles.Operator, Roles.Auditor];

    /// <summary>Adds what keeps definitions and reads segments.</summary>
    public static IServiceCollection AddSegments(this IServiceCollection services, IConfiguration configuration) => services.AddSegmentStore(configuration);

    /// <summary>Maps /v1/segments and /v1/customers.</summary>
    public static IEndpointRouteBuilder MapSegments(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/segments").WithTags("Segments").Allow(Readers);
        group.MapGet("/", ListAsync).WithSummary("Segments by name, with how many customers are in each").ProducesProblems(503);
        group.MapGet("/fields", () => TypedResults.Ok(SegmentFields.Described)).WithSummary("The fields that segments may ask for");
        group.MapGet("/backfills", (SegmentBackfills backfills, CancellationToken cancellationToken) => backfills.ListAsync(cancellationToken))
            .WithSummary("How far customers were told to look again after definitions have changed, the latest first").WithDescription("At most 100.").ProducesProblems(503);
        group.MapPost("/preview", PreviewAsync).Allow(Roles.Analyst)
            .WithSummary("Whom a definition would take in, as customers are now")
            .WithDescription(
                $"Looks at up to {SegmentPreview.MaxExamined} customers, in the order of their ids; `isWhole` says whether these were all. Nothing is changed, and nothing kept.")
            .Produces<PreviewResult>(200).ProducesProblems(400, 413, 415, 503);
        group.MapGet("/{name}", GetAsync).WithSummary("A segment as it is in force").ProducesProblems(404, 503);
        group.MapPut("/{name}", DefineAsync).Allow(Roles.Analyst)
            .WithSummary("Defines a segment, or defines it anew")
            .WithDescription(
                "What is defined is a version that never changes again, and is in force within a second; customers with whom nothing happens are told to look again, see " +
                "`/v1/segments/backfills`. With If-Match it is done only to the version that was looked at. The same again changes nothing and gets Idempotency-Replayed. " +
                "Kept under the name of who asks.")
            .Produces<SegmentView>(200).Produces<SegmentView>(201).ProducesProblems(400, 409, 412, 413, 415, 503);
        group.MapGet("/{name}/versions", VersionsAsync)
            .WithSummary("The versions of a segment, the latest first").WithDescription("Pages of at most 200; `after` is the `next` of the page before.").ProducesProblems(400, 404, 503);
        group.MapGet("/{name}/customers", MembersAsync).Audited()
            .WithSummary("Who is in a segment, by customer").WithDescription("Pages of at most 1,000; `after` is the `next` of the page before.").ProducesProblems(400, 404, 503);
        routes.MapGet("/v1/customers/{customerId}/segments", OfCustomerAsync).WithTags("Segments").Allow([Roles.Service, .. Readers]).Audited()
            .WithSummary("A customer's segments, and how they have changed")
            .WithDescription("The latest `limit` changes, the last first; 200 are kept. Topic `segments` tells each as it happens.").ProducesProblems(400, 404, 503);
        return routes;
    }

    static async Task<Ok<Page<SegmentSummary>>> ListAsync(SegmentStore segments, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<SegmentSummary>([.. (await segments.ListAsync(cancellationToken)).Select(s => SegmentSummary.Of(s.Segment, s.Customers))], Next: null));

    static async Task<Results<Ok<PreviewResult>, ProblemHttpResult>> PreviewAsync(
        JsonBody<PreviewSegmentRequest> body, SegmentPreview preview, CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        return body.Value.Compile(errors) is { } definition
            ? TypedResults.Ok(await preview.RunAsync(definition, cancellationToken))
            : ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
    }

    static async Task<Results<Ok<SegmentView>, ProblemHttpResult>> GetAsync(
        string name, SegmentStore segments, HttpContext context, CancellationToken cancellationToken)
    {
        if (await segments.FindAsync(name, cancellationToken) is not { } stored)
            return ApiProblem.Of(ProblemKinds.SegmentNotFound);
        EntityTags.Show(context, stored.Version);
        return TypedResults.Ok(SegmentView.Of(stored));
    }

    static async Task<IResult> DefineAsync(
        string name, JsonBody<DefineSegmentRequest> body, [FromHeader(Name = "If-Match")] string? ifMatch, Actor actor, HttpContext context, SegmentStore segments,
        CancellationToken cancellationToken)
    {
        var errors = new ContractErrors();
        var seen = EntityTags.Seen(ifMatch, "segment", errors);
        var content = body.Value.Content;
        body.Value.Validate(name, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        switch (await segments.DefineAsync(name, content, seen, new SegmentAuthor(actor.Name, actor.Address, body.Value.Reason), cancellationToken))
        {
            case SegmentOutcome.Defined(var defined):
                EntityTags.Show(context, defined.Version);
                return defined.Version == 1 ? TypedResults.Created($"/v1/segments/{name}", SegmentView.Of(defined)) : TypedResults.Ok(SegmentView.Of(defined));
            case SegmentOutcome.Repeated(var repeated):
                EntityTags.Show(context, repeated.Version);
                context.Response.Headers[SubmissionResult.ReplayedHeader] = "true";
                return TypedResults.Ok(SegmentView.Of(repeated));
            case SegmentOutcome.Stale(var version):
                return ApiProblem.Of(ProblemKinds.SegmentChanged, version == 0 ? "There is none yet." : $"It is at version {version}.");
            case SegmentOutcome.Full:
                return ApiProblem.Of(ProblemKinds.SegmentsFull);
            case var outcome:
                throw new InvalidOperationException($"Unknown outcome {outcome}");
        }
    }

    static async Task<Results<Ok<Page<SegmentView>>, ProblemHttpResult>> VersionsAsync(
        string name, SegmentStore segments, CancellationToken cancellationToken, int? after = null, int limit = 50)
    {
        if (PageLimits.Refuse(after ?? 0, limit, SegmentStore.MaxPage) is { } refused)
            return refused;
        var page = await segments.VersionsAsync(name, after, limit, cancellationToken);
        if (page.Count == 0 && await segments.FindAsync(name, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.SegmentNotFound);
        return TypedResults.Ok(new Page<SegmentView>([.. page.Select(SegmentView.Of)], page.Count == limit ? page[^1].Version.ToString(CultureInfo.InvariantCulture) : null));
    }

    static async Task<Results<Ok<Page<SegmentMember>>, ProblemHttpResult>> MembersAsync(
        string name, SegmentReader reader, SegmentStore segments, CancellationToken cancellationToken, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, SegmentReader.MaxPage, errors);
        errors.Text(after, "after");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var page = await reader.MembersAsync(name, after, limit, cancellationToken);
        if (page.Count == 0 && await segments.FindAsync(name, cancellationToken) is null)
            return ApiProblem.Of(ProblemKinds.SegmentNotFound);
        return TypedResults.Ok(new Page<SegmentMember>(page, page.Count == limit ? page[^1].CustomerId : null));
    }

    static async Task<Results<Ok<CustomerSegments>, ProblemHttpResult>> OfCustomerAsync(
        string customerId, SegmentReader reader, CancellationToken cancellationToken, int limit = 50)
    {
        var errors = new ContractErrors();
        PageLimits.Check(limit, SegmentReader.MaxChanges, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await reader.FindAsync(customerId, limit, cancellationToken) is { } found ? TypedResults.Ok(found) : ApiProblem.Of(ProblemKinds.CustomerNotFound);
    }
}
