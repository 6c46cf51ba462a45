using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Problems;
using Orchestrator.Contracts;

namespace Orchestrator.Api.Security.Audit;

/// <summary>Who has read what, over HTTP.</summary>
static class AuditModule
{
    /// <summary>Adds what records and reads it.</summary>
    public static IServiceCollection AddAudit(this IServiceCollection services)
    {
        services.AddSingleton<AccessLog>().AddHostedService(provider => provider.GetRequiredService<AccessLog>());
        services.AddHostedService<AccessPruner>();
        return services.AddSingleton<AccessReader>();
    }

    /// <summary>Maps /v1/audit.</summary>
    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/audit/reads", ListAsync).Allow(Roles.Auditor)
            .WithTags("Audit")
            .WithSummary("What people have read, the newest first")
            .WithDescription(
                "By an `actor`, of an `account`, `from` and before `to`. At most 500 a page; `after` is the `next` of the page before. Reads of accounts, their balances, entries, events and " +
                "statements, of transactions, transfers, holds, decisions, cases, alerts, parked messages, replays, sessions and visitors; not those by services.")
            .ProducesProblems(400, 503);
        return routes;
    }

    static async Task<Results<Ok<Page<AccessRecord>>, ProblemHttpResult>> ListAsync(
        AccessReader reader, CancellationToken cancellationToken, string? actor = null, string? account = null, string? from = null, string? to = null, string? after = null,
        int limit = 100)
    {
        var errors = new ContractErrors();
        errors.Text(actor, "actor", Actor.MaxName);
        if (account is not null)
            errors.AccountId(account, "account");
        var filter = new AccessFilter(actor, account, QueryValues.Instant(from, "from", errors), QueryValues.Instant(to, "to", errors));
        PageLimits.Check(limit, AccessReader.MaxPage, errors);
        var cursor = PageCursors.Read(after, errors);
        if (!errors.None)
            return ApiProblem.Of(ProblemKinds.Invalid, errors: errors.All);
        var (items, next) = await reader.ListAsync(filter, cursor, limit, cancellationToken);
        return TypedResults.Ok(new Page<AccessRecord>(items, next?.ToString()));
    }
}
