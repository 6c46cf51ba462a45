using Orchestrator.Api.Holds;
using Orchestrator.Api.Jobs;
using Orchestrator.Api.Parked;
using Orchestrator.Api.Sagas;

namespace Orchestrator.Api.Hosting;

/// <summary>What those look at who keep the service going: sagas, holds and jobs.</summary>
static class OperationsModule
{
    /// <summary>Adds what they need; jobs run where lanes do.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services, HostRoles roles) =>
        services.AddSagasApi().AddHolds().AddParked().AddJobs(runs: roles.HasFlag(HostRoles.Sagas) || roles.HasFlag(HostRoles.Ledger) || roles.HasFlag(HostRoles.Casework));

    /// <summary>Maps /v1/sagas, /v1/holds, /v1/jobs and the dashboard of jobs.</summary>
    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes) => routes.MapSagas().MapHolds().MapJobs();
}
