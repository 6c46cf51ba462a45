using Orchestrator.Api.Balances;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Postings;
using Orchestrator.Api.Projections;
using Orchestrator.Api.Reconciliation;
using Orchestrator.Api.Reports;
using Orchestrator.Api.Statements;
using Orchestrator.Ledger;
using Orchestrator.Ledger.Projections;

namespace Orchestrator.Api.Ledger;

/// <summary>The ledger over HTTP: all its rooms.</summary>
public static class LedgerApiModule
{
    /// <summary>Adds the ledger's lanes with what runs beside them: projections are folded and built.</summary>
    public static IServiceCollection AddLedgerRole(this IServiceCollection services) => services.AddLedger().AddProjectionHost();

    /// <summary>Adds what the ledger's endpoints need; the lanes may be in another process.</summary>
    public static IServiceCollection AddLedgerApi(this IServiceCollection services) =>
        services.AddLedgerReader().AddPostings().AddProjections().AddStatementUploads();

    /// <summary>Maps postings, balances, projections, the chains' heads, statements, months, reports and reconciliations.</summary>
    public static IEndpointRouteBuilder MapLedger(this IEndpointRouteBuilder routes) => routes
        .MapPostings()
        .MapBalances()
        .MapProjections()
        .MapLedgerHeads()
        .MapStatements()
        .MapMonths()
        .MapReports()
        .MapReconciliations();
}
