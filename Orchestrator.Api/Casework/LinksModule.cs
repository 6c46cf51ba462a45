using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Casework.Links;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Says that a case has to do with something.</summary>
/// <param name="Kind">With what.</param>
/// <param name="Target">Its id; of a decision that of its transaction.</param>
/// <param name="Note">Why, for people; at most 512 characters.</param>
public sealed record AddLinkRequest(LinkKind Kind, string Target, string? Note = null);

/// <summary>Links of cases over HTTP.</summary>
static class LinksModule
{
    /// <summary>Maps /v1/cases/{id}/links.</summary>
    public static IEndpointRouteBuilder MapLinks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/cases/{caseId:guid}/links").WithTags("Cases").Allow(Roles.CaseWorker, Roles.Supervisor);
        group.MapPost("/", AddAsync)
            .WithSummary("Links a case with a transaction, a decision, a session, an account or another case")
            .WithDescription("At most 200 a case. The same link again is the one that is there: 200 and Idempotency-Replayed. Another case shows it too.")
            .Produces<CaseLink>(201).Produces<CaseLink>().ProducesProblems(400, 404, 409, 413, 415, 503);
        group.MapGet("/", ListAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).Audited()
            .WithSummary("What a case has to do with: what people say, and what its alerts are about")
            .Produces<IReadOnlyList<CaseLink>>().ProducesProblems(404, 503);
        group.MapDelete("/{linkId:guid}", RemoveAsync)
            .WithSummary("Removes a link, for a `reason`")
            .Produces(204).ProducesProblems(400, 404, 503);
        return routes;
    }

    static async Task<IResult> AddAsync(
        Guid caseId, JsonBody<AddLinkRequest> body, LinkStore links, HttpContext context, Actor actor, CancellationToken cancellationToken)
    {
        var (kind, target, note) = body.Value;
        var errors = new ContractErrors();
        CaseLink.Check(kind, target, errors);
        errors.Text(note, "note", CaseChange.MaxReason);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        switch (await links.AddAsync(caseId, kind, kind is LinkKind.Account or LinkKind.Session ? target : $"{Guid.Parse(target)}", note, actor.Name, cancellationToken))
        {
            case LinkResult.Linked(var known, true):
                context.Response.Headers[Submissions.SubmissionResult.ReplayedHeader] = "true";
                return TypedResults.Ok(known);
            case LinkResult.Linked(var added, _):
                return TypedResults.Created($"/v1/cases/{caseId}/links/{added.LinkId}", added);
            case LinkResult.NoTarget:
                return ApiProblem.Of(ProblemKinds.Invalid, errors: [new ContractError("unknown_case", "target", "another case")]);
            case LinkResult.Full:
                return ApiProblem.Of(ProblemKinds.CaseFull, $"{LinkStore.MaxOfCase} links");
            default:
                return ApiProblem.Of(ProblemKinds.CaseNotFound);
        }
    }

    static async Task<IResult> ListAsync(Guid caseId, LinkStore links, CancellationToken cancellationToken) =>
        await links.ListAsync(caseId, cancellationToken) is { } list ? TypedResults.Ok(list) : ApiProblem.Of(ProblemKinds.CaseNotFound);

    static async Task<IResult> RemoveAsync(Guid caseId, Guid linkId, LinkStore links, Actor actor, CancellationToken cancellationToken, string? reason = null)
    {
        var errors = new ContractErrors();
        errors.Required(reason, "reason", CaseChange.MaxReason);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await links.RemoveAsync(caseId, linkId, actor.Name, reason!, cancellationToken) ? TypedResults.NoContent() : ApiProblem.Of(ProblemKinds.LinkNotFound);
    }
}
