using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Casework.Cases;
using Orchestrator.Casework.Events;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Alerts and cases as they change, over HTTP.</summary>
static class LiveModule
{
    const string Description =
        " As server-sent events: `id` is the event's number, `event` what happened, `data` the whole of it. `Last-Event-ID` (or `after`) goes on after that number, for a week. " +
        "A connection ends after an hour, or when its reader is too slow: connect again.";

    /// <summary>Maps /v1/cases/live and /v1/alerts/live.</summary>
    public static IEndpointRouteBuilder MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/cases/live", CasesAsync).Allow(Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithTags("Cases")
            .WithSummary("Cases as they change")
            .WithDescription("Of a `queue`, in a `state`, of an `assignee`, about an `account`, of a priority from `minPriority` to `maxPriority`, as they are after the change." + Description)
            .Produces<string>(200, "text/event-stream").ProducesProblems(400, 503);
        routes.MapGet("/v1/alerts/live", AlertsAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).WithTags("Alerts")
            .WithSummary("Alerts as they are raised")
            .WithDescription("About an `account`, of a `kind`, of a `case`, of `minScore` or a higher score." + Description)
            .Produces<string>(200, "text/event-stream").ProducesProblems(400, 503);
        return routes;
    }

    static Task<IResult> CasesAsync(
        LiveEvents live, TimeProvider time, IHostApplicationLifetime lifetime, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, CancellationToken cancellationToken,
        string? queue = null, string? state = null, string? assignee = null, string? account = null, int? minPriority = null, int? maxPriority = null, string? after = null)
    {
        var errors = new ContractErrors();
        errors.Text(queue, "queue", maxLength: 64);
        errors.Text(assignee, "assignee", maxLength: 64);
        if (account is not null)
            errors.AccountId(account, "account");
        var wanted = CaseQuery.State(state, errors) is { } s ? CaseNames.Of(s) : null;
        CaseQuery.Priority(minPriority, "minPriority", errors);
        CaseQuery.Priority(maxPriority, "maxPriority", errors);
        return ListenAsync(
            live, time, lifetime, errors, lastEventId ?? after, e => e.Kind != EventKinds.AlertRaised
                && (queue is null || e.Queue == queue) && (account is null || e.AccountId == account) && (wanted is null || e.Text("state") == wanted)
                && (assignee is null || string.Equals(e.Text("assignee"), assignee, StringComparison.OrdinalIgnoreCase))
                && (minPriority is null || Number(e, "priority") >= minPriority) && (maxPriority is null || Number(e, "priority") <= maxPriority),
            cancellationToken);
    }

    static Task<IResult> AlertsAsync(
        LiveEvents live, TimeProvider time, IHostApplicationLifetime lifetime, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, CancellationToken cancellationToken,
        string? account = null, string? kind = null, Guid? @case = null, int? minScore = null, string? after = null)
    {
        var errors = new ContractErrors();
        if (account is not null)
            errors.AccountId(account, "account");
        errors.Text(kind, "kind", maxLength: 64);
        CaseQuery.Priority(minScore, "minScore", errors);
        return ListenAsync(
            live, time, lifetime, errors, lastEventId ?? after, e => e.Kind == EventKinds.AlertRaised
                && (account is null || e.AccountId == account) && (kind is null || e.Text("kind") == kind) && (@case is null || e.CaseId == @case)
                && (minScore is null || Number(e, "score") >= minScore),
            cancellationToken);
    }

    static async Task<IResult> ListenAsync(
        LiveEvents live, TimeProvider time, IHostApplicationLifetime lifetime, ContractErrors errors, string? last, Func<CaseEvent, bool> fits, CancellationToken cancellationToken)
    {
        long? after = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (last is not null && after is null)
            errors.Add("invalid_cursor", "Last-Event-ID", "the id of an event");
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        return await live.ListenAsync(fits, after, cancellationToken) is { } listener
            ? new EventStream(listener, time, lifetime.ApplicationStopping)
            : ApiProblem.Of(ProblemKinds.TooManyListeners);
    }

    static int Number(CaseEvent happened, string name) => happened.Body.GetProperty(name).GetInt32();
}
