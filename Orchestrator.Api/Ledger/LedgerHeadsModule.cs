using Microsoft.AspNetCore.Http.HttpResults;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Security;
using Orchestrator.Ledger.Chain;

namespace Orchestrator.Api.Ledger;

/// <summary>The heads of the ledger's chains over HTTP.</summary>
public static class LedgerHeadsModule
{
    /// <summary>Maps /v1/ledger/heads.</summary>
    public static IEndpointRouteBuilder MapLedgerHeads(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/ledger/heads", GetAsync).Allow(Roles.Operator, Roles.Auditor)
            .WithTags("Ledger")
            .WithSummary("Where each lane's hash chain of ledger events ends")
            .WithDescription("Keep the answer elsewhere as it is: `orchestrator ledger verify --heads FILE` proves with it that nothing up to here was rewritten.")
            .ProducesProblems(503);
        return routes;
    }

    static async Task<Ok<ChainHeads>> GetAsync(ChainHeadReader heads, CancellationToken cancellationToken) =>
        TypedResults.Ok(await heads.ReadAsync(cancellationToken));
}
