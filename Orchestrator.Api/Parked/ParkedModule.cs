using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Api.Parked;

/// <summary>Parked messages over HTTP: what there is, why, and what to do about it.</summary>
public static class ParkedModule
{
    const int MaxBodyText = 64 << 10;

    /// <summary>Maps /v1/parked.</summary>
    public static IEndpointRouteBuilder MapParked(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/parked").WithTags("Parked messages").Allow(Roles.Operator, Roles.Auditor).Audited();
        group.MapGet("/", ListAsync)
            .WithSummary("Parked messages, and the groups that share a cause")
            .WithDescription("Oldest first, at most 500 a page; `group` narrows to one cause, `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/{id:long}", GetAsync).WithSummary("A parked message with its headers, body and audit").ProducesProblems(404, 503);
        group.MapPost("/{id:long}/redrive", (long id, [AsParameters] ParkedRequesting request) => request.OneAsync(id, ParkedRequest.Redrive))
            .WithSummary("Takes a parked message again, then what waits behind it").Describe();
        group.MapPost("/{id:long}/discard", (long id, [AsParameters] ParkedRequesting request) => request.OneAsync(id, ParkedRequest.Discard))
            .WithSummary("Gives a parked message up; what waits behind it goes on").Describe();
        group.MapPost("/groups/{group}/redrive", (string group, [AsParameters] ParkedRequesting request) => request.GroupAsync(group, ParkedRequest.Redrive))
            .WithSummary("Takes the messages of a group again").Describe();
        group.MapPost("/groups/{group}/discard", (string group, [AsParameters] ParkedRequesting request) => request.GroupAsync(group, ParkedRequest.Discard))
            .WithSummary("Gives the messages of a group up").Describe();
        return routes;
    }

    static void Describe(this RouteHandlerBuilder endpoint) => endpoint
        .Allow(Roles.Operator).WithDescription("The lane that owns the message does it, in order, shortly after; asking twice does nothing twice. Audited under the name of who asks.")
        .ProducesProblems(400, 404, 409, 503);

    static async Task<Results<Ok<ParkedPage>, ProblemHttpResult>> ListAsync(
        ParkedMessages parked, CancellationToken cancellationToken, string? group = null, long after = 0, int limit = 100)
    {
        if (PageLimits.Refuse(after, limit, ParkedMessages.MaxPage) is { } refused)
            return refused;
        var items = await parked.PageAsync(group, after, limit, cancellationToken);
        return TypedResults.Ok(new ParkedPage(
            await parked.CountAsync(cancellationToken),
            await parked.CausesAsync(cancellationToken),
            items,
            items.Count == limit ? $"{items[^1].ParkedId}" : null));
    }

    static async Task<Results<Ok<ParkedDetail>, ProblemHttpResult>> GetAsync(long id, ParkedMessages parked, LaneMessageReader reader, CancellationToken cancellationToken)
    {
        if (await parked.FindAsync(id, cancellationToken) is not var (view, raw))
            return ApiProblem.Of(ProblemKinds.ParkedNotFound);
        var body = await reader.JsonOfAsync(raw, cancellationToken);
        return TypedResults.Ok(new ParkedDetail(
            view,
            [.. raw.Headers.Select(h => new ParkedHeader(h.Key, Masking.Header(Encoding.UTF8.GetString(h.Value), view.Key)))],
            Masking.Body(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxBodyText))), view.Key),
            raw.Body.Length,
            await parked.AuditAsync(id, cancellationToken)));
    }
}
