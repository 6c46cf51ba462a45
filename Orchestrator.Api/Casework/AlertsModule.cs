using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Casework.Alerts;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Alerts over HTTP.</summary>
static class AlertsModule
{
    /// <summary>Maps /v1/alerts.</summary>
    public static IEndpointRouteBuilder MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/alerts", ListAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor)
            .WithTags("Alerts")
            .WithSummary("Alerts, the newest first")
            .WithDescription(
                "About an `account`, of a `kind`. At most 500 a page; `after` is the `next` of the page before. With a kind a page looks at 10,000 alerts at most, so it may be short " +
                "or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<StoredAlert>>, ProblemHttpResult>> ListAsync(
        AlertReader alerts, CancellationToken cancellationToken, string? account = null, string? kind = null, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        if (account is not null)
            errors.AccountId(account, "account");
        errors.Text(kind, "kind", maxLength: 64);
        PageLimits.Check(limit, AlertReader.MaxPage, errors);
        var cursor = PageCursors.Read(after, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await alerts.ListAsync(account, kind, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<StoredAlert>(items, next?.ToString()));
    }
}
