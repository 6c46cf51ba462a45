using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Casework;
using Orchestrator.Casework.Cases;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Cases and alerts over HTTP.</summary>
public static class CasesModule
{
    /// <summary>Adds what reads and changes cases, and what keeps alerts and opens cases where that is this process's part.</summary>
    public static IServiceCollection AddCasework(this IServiceCollection services, IConfiguration configuration, HostRoles roles)
    {
        services.AddCases(configuration);
        return roles.HasFlag(HostRoles.Casework) ? services.AddAlertLanes() : services;
    }

    /// <summary>Maps /v1/cases and /v1/alerts.</summary>
    public static IEndpointRouteBuilder MapCasework(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/cases").WithTags("Cases").Allow(Roles.CaseWorker, Roles.Supervisor);
        group.MapGet("/", ListAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor)
            .WithSummary("Cases, the newest first")
            .WithDescription(
                "Of a `queue`, in a `state` (pending, investigating, awaiting_approval, closed), of an `assignee`, about an `account`. At most 500 a page; `after` is the `next` " +
                "of the page before. A page looks at 10,000 cases at most, so with a filter it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        group.MapGet("/queues", QueuesAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithSummary("How much waits in each queue").ProducesProblems(503);
        group.MapGet("/{caseId:guid}", GetAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithSummary("A case with its alerts and all that people did").ProducesProblems(404, 503);
        group.MapPost("/claim", (JsonBody<ClaimCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.ClaimAsync(body.Value.Queue, cancellationToken))
            .WithSummary("Takes the next case: the most urgent that nobody has")
            .WithDescription("Two who ask at once never get the same one. 204 when none waits. Whoever asks may have 20 cases at a time.")
            .Produces<CaseFile>().Produces(204).ProducesProblems(400, 409, 413, 415, 503);
        group.MapPost("/{caseId:guid}/assign", (Guid caseId, JsonBody<AssignCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.RunAsync(caseId, new CaseAction.Assign(body.Value.Assignee), body.Value.Reason, cancellationToken, needsReason: false))
            .WithSummary("Gives a case to somebody, or back to its queue")
            .Changes();
        group.MapPost("/{caseId:guid}/snooze", (Guid caseId, JsonBody<SnoozeCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.RunAsync(caseId, new CaseAction.Snooze(body.Value.Until.ToUniversalTime()), body.Value.Reason, cancellationToken))
            .WithSummary("Puts a case off; nobody gets it before then")
            .Changes();
        group.MapPost("/{caseId:guid}/notes", (Guid caseId, JsonBody<NoteCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.NoteAsync(caseId, body.Value.Text, cancellationToken))
            .WithSummary("Notes something in a case's log")
            .Produces(204).ProducesProblems(400, 404, 413, 415, 503);
        group.MapPost("/{caseId:guid}/close", (Guid caseId, JsonBody<CloseCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.RunAsync(caseId, new CaseAction.Close(body.Value.Outcome), body.Value.Reason, cancellationToken))
            .WithSummary("Says what was found")
            .WithDescription(
                "By whoever looks into it. `genuine` lets the transactions go on that are held for the case, `fraud` declines them; both are labels. What needs a second pair of " +
                "eyes (fraud, unless configured otherwise) awaits approval first.")
            .Changes();
        group.MapPost("/{caseId:guid}/approve", (Guid caseId, JsonBody<DecideCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.RunAsync(caseId, new CaseAction.Approve(), body.Value.Reason, cancellationToken))
            .Allow(Roles.Supervisor)
            .WithSummary("Agrees with what was found: the case is closed")
            .WithDescription("In the name of somebody else than who found it.")
            .Changes();
        group.MapPost("/{caseId:guid}/reject", (Guid caseId, JsonBody<DecideCaseRequest> body, [AsParameters] CaseChange change, CancellationToken cancellationToken) =>
                change.RunAsync(caseId, new CaseAction.Reject(), body.Value.Reason, cancellationToken))
            .WithSummary("Does not agree with what was found, or takes it back: it is looked into again")
            .Changes();
        return routes.MapAlerts();
    }

    static void Changes(this RouteHandlerBuilder endpoint) => endpoint.Produces<CaseFile>().ProducesProblems(400, 403, 404, 409, 412, 413, 415, 503);

    static async Task<Results<Ok<Page<CaseFile>>, ProblemHttpResult>> ListAsync(
        CaseReader cases, CancellationToken cancellationToken, string? queue = null, string? state = null, string? assignee = null, string? account = null,
        string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        errors.Text(queue, "queue", maxLength: 64);
        errors.Text(assignee, "assignee", maxLength: 64);
        if (account is not null)
            errors.AccountId(account, "account");
        var wanted = state is null ? null : CaseNames.FindState(state);
        if (state is not null && wanted is null)
            errors.Add("unknown_state", "state", "pending, investigating, awaiting_approval or closed");
        PageLimits.Check(limit, CaseReader.MaxPage, errors);
        var cursor = PageCursors.Read(after, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await cases.ListAsync(new CaseFilter(queue, wanted, assignee, account), cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<CaseFile>(items, next?.ToString()));
    }

    static async Task<Ok<IReadOnlyList<QueueFigures>>> QueuesAsync(CaseReader cases, CancellationToken cancellationToken) =>
        TypedResults.Ok(await cases.QueuesAsync(cancellationToken));

    static async Task<Results<Ok<CaseView>, ProblemHttpResult>> GetAsync(Guid caseId, CaseReader cases, HttpContext context, CancellationToken cancellationToken)
    {
        if (await cases.FindAsync(caseId, cancellationToken) is not { } whole)
            return ApiProblem.Of(ProblemKinds.CaseNotFound);
        EntityTags.Show(context, whole.Case.Version);
        return TypedResults.Ok(new CaseView(whole.Case, whole.Alerts, whole.Log));
    }
}
