using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Api.Security;
using Orchestrator.Api.Security.Audit;
using Orchestrator.Casework.Alerts;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Casework;

/// <summary>Alerts over HTTP.</summary>
static class AlertsModule
{
    /// <summary>Maps /v1/alerts.</summary>
    public static IEndpointRouteBuilder MapAlerts(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/alerts", ListAsync).Allow(Roles.Service, Roles.CaseWorker, Roles.Supervisor, Roles.Auditor).Audited()
            .WithTags("Alerts")
            .WithSummary("Alerts, the newest first")
            .WithDescription(
                "About an `account`, of a `kind`, of a `case`, raised from `from` on and before `to`, of `minScore` or a higher score. With `group=true` alerts of the same kind " +
                "about the same account within an hour (unless configured otherwise) are listed once, by the first of them, with a count. At most 500 a page; `after` is the `next` of the page " +
                "before. A page looks at 10,000 alerts at most, so with several filters it may be short or even empty and not the last: go on while there is a `next`.")
            .ProducesProblems(400, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<StoredAlert>>, ProblemHttpResult>> ListAsync(
        AlertReader alerts, CancellationToken cancellationToken, string? account = null, string? kind = null, Guid? @case = null, string? from = null, string? to = null,
        int? minScore = null, bool group = false, string? after = null, int limit = 100)
    {
        var errors = new ContractErrors();
        if (account is not null)
            errors.AccountId(account, "account");
        errors.Text(kind, "kind", maxLength: 64);
        if (minScore is < 0 or > 1_000)
            errors.Add("out_of_range", "minScore", "from 0 to 1000");
        PageLimits.Check(limit, AlertReader.MaxPage, errors);
        var filter = new AlertFilter(
            account, kind, @case, QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors), minScore, group);
        var cursor = PageCursors.Read(after, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await alerts.ListAsync(filter, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<StoredAlert>(items, next?.ToString()));
    }
}
