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
    const string Lines = "application/x-ndjson";

    /// <summary>Adds what may be done with them.</summary>
    public static IServiceCollection AddParked(this IServiceCollection services)
    {
        services.AddOptions<ParkedOptions>().BindConfiguration(ParkedOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }

    /// <summary>Maps /v1/parked.</summary>
    public static IEndpointRouteBuilder MapParked(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/parked").WithTags("Parked messages").Allow(Roles.Operator, Roles.Auditor).Audited();
        group.MapGet("/", ReadParked.ListAsync)
            .WithSummary("Parked messages, and the groups that share a cause")
            .WithDescription($"{Filters} Oldest first, at most 500 a page; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/groups", ReadParked.GroupsAsync)
            .WithSummary("The causes for which messages are parked: how many, since when, and an example")
            .ProducesProblems(503);
        group.MapGet("/export", ReadParked.Export)
            .WithSummary("Parked messages with headers and bodies, as lines of JSON")
            .WithDescription(
                $"{Filters} Oldest first, at most 10,000 lines (`limit`, 1,000 unless it is said); where there are as many as that, go on with the last line's `parkedId` as `after`. " +
                "When it cannot be written to its end the connection is broken off.")
            .Produces<ParkedExportLine>(200, Lines).ProducesProblems(400, 503);
        group.MapGet("/{id:long}", ReadParked.GetAsync)
            .WithSummary("A parked message with its headers, body and audit, and the queue of its key")
            .WithDescription("Whoever does not see account numbers sees JSON without them, and nothing of a body that is no JSON; others get one that is no text as base64.")
            .ProducesProblems(404, 503);
        group.MapGet("/{id:long}/queue", ReadParked.QueueAsync)
            .WithSummary("What is parked of a message's key in its lane, and what waits behind it, in order")
            .WithDescription("At most 500 of those behind it a page; `after` is the `next` of the page before.")
            .ProducesProblems(400, 404, 503);
        group.MapPost("/{id:long}/redrive", (long id, [AsParameters] ParkedRequesting request) => request.OneAsync(id, ParkedRequest.Redrive))
            .WithSummary("Takes a parked message again, then what waits behind it").Describe();
        group.MapPost("/{id:long}/discard", (long id, [AsParameters] ParkedRequesting request) => request.OneAsync(id, ParkedRequest.Discard))
            .WithSummary("Gives a parked message up; what waits behind it goes on").Describe();
        group.MapPost("/groups/{group}/redrive", (string group, [AsParameters] ParkedRequesting request) => request.GroupAsync(group, ParkedRequest.Redrive))
            .WithSummary("Takes the messages of a group again").Describe();
        group.MapPost("/groups/{group}/discard", (string group, [AsParameters] ParkedRequesting request) => request.GroupAsync(group, ParkedRequest.Discard))
            .WithSummary("Gives the messages of a group up").Describe();
        group.MapEdits();
        group.MapRedrives();
        return routes;
    }

    const string Filters =
        "Those of a `group` (a cause), that the group `lanes` could not take, of a `topic`, `key`, `type` or `status` (refused, failed, queued), with an `errorCode`, parked `from` then on and " +
        "before `to`, whose error holds a `text`; all that is said must fit.";

    static void MapEdits(this RouteGroupBuilder group)
    {
        group.MapPost("/{id:long}/edits", (long id, JsonBody<ProposeEditRequest> body, [AsParameters] EditParked edit) => edit.ProposeAsync(id, body.Value))
            .Allow(Roles.Operator)
            .WithSummary("Proposes another body for a parked message")
            .WithDescription(
                "What its lane could not take either is refused, with the name under which it would be parked. Somebody else has to approve it in time; until then nothing changes. Where account " +
                "numbers were hidden, those that are left as they were shown are what they were. The same Idempotency-Key (or editId) with the same body is one proposal.")
            .Produces<ParkedEdit>(201).ProducesProblems(400, 404, 409, 413, 415, 501, 503);
        group.MapGet("/edits", EditParked.ListAsync)
            .WithSummary("Edits of parked messages, the newest first")
            .WithDescription("In a `state` (proposed, approved, rejected, expired, lapsed), of a message (`parkedId`). At most 200 a page; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/edits/{editId:guid}", EditParked.GetAsync)
            .WithSummary("An edit with the body as it came, kept for ever, and as it is proposed")
            .ProducesProblems(404, 503);
        group.MapPost("/edits/{editId:guid}/approve", (Guid editId, JsonBody<DecideEditRequest> body, [AsParameters] EditParked edit) => edit.ApproveAsync(editId, body.Value))
            .Allow(Roles.Operator)
            .WithSummary("Approves an edit: the message is taken again as it was edited")
            .WithDescription(
                "In the name of somebody else than who proposed it. The edited message takes the place of the parked one among those of its key, once, with a header `orchestrator-edited` that " +
                "has the edit's id; one that waits behind another is taken in its turn.")
            .Produces<ParkedEdit>().ProducesProblems(400, 403, 404, 409, 413, 415, 501, 503);
        group.MapPost("/edits/{editId:guid}/reject", (Guid editId, JsonBody<DecideEditRequest> body, [AsParameters] EditParked edit) => edit.RejectAsync(editId, body.Value))
            .Allow(Roles.Operator)
            .WithSummary("Rejects an edit, or takes it back: the message stays as it came")
            .Produces<ParkedEdit>().ProducesProblems(400, 404, 409, 413, 415, 503);
    }

    static void MapRedrives(this RouteGroupBuilder group)
    {
        group.MapPost("/redrives", (JsonBody<StartRedriveRequest> body, [AsParameters] RedriveParked redrive) => redrive.StartAsync(body.Value))
            .Allow(Roles.Operator)
            .WithSummary("Takes parked messages again at a rate, now or at a time")
            .WithDescription(
                "One (`parkedId`), those that fit `which`, or `all`: those that were parked when it begins, in their order, each once. It goes on whatever process is stopped; look at its address " +
                "until its state is done. The same Idempotency-Key (or redriveId) with the same body is one redrive.")
            .Produces<Redrive>(202).ProducesProblems(400, 409, 413, 415, 429, 503);
        group.MapGet("/redrives", RedriveParked.ListAsync)
            .WithSummary("Redrives, the newest first, each with how far it is")
            .WithDescription("At most 200 a page; `after` is the `next` of the page before.")
            .ProducesProblems(400, 503);
        group.MapGet("/redrives/{redriveId:guid}", RedriveParked.GetAsync)
            .WithSummary("A redrive: where it stands and how far it is")
            .ProducesProblems(404, 503);
        group.MapPost("/redrives/{redriveId:guid}/cancel", (Guid redriveId, [AsParameters] RedriveParked redrive) => redrive.CancelAsync(redriveId))
            .Allow(Roles.Operator)
            .WithSummary("Cancels a redrive: nothing more is asked for")
            .WithDescription("What lanes were asked for already they take. The same again changes nothing.")
            .Produces<Redrive>().ProducesProblems(404, 409, 503);
    }

    static void Describe(this RouteHandlerBuilder endpoint) => endpoint
        .Allow(Roles.Operator).WithDescription("The lane that owns the message does it, in order, shortly after; asking twice does nothing twice. Audited under the name of who asks.")
        .ProducesProblems(400, 404, 409, 503);
}
