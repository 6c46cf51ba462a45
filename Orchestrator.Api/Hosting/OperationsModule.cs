using Orchestrator.Api.Holds;
using Orchestrator.Api.Jobs;
using Orchestrator.Api.Parked;
using Orchestrator.Api.Replay;
using Orchestrator.Api.Sagas;

namespace Orchestrator.Api.Hosting;

/// <summary>What those look at who keep the service going: sagas, holds, jobs and replays.</summary>
static class OperationsModule
{
    /// <summary>Adds what they need; jobs run where lanes do, and replays where the ledger does, whose code folds them.</summary>
    public static IServiceCollection AddOperations(this IServiceCollection services, HostRoles roles) =>
        services.AddSagasApi().AddHolds().AddParked().AddJobs(runs: roles.HasFlag(HostRoles.Sagas) || roles.HasFlag(HostRoles.Ledger) || roles.HasFlag(HostRoles.Casework))
            .AddReplays(runs: roles.HasFlag(HostRoles.Ledger));

    /// <summary>Maps /v1/sagas, /v1/holds, /v1/jobs, the dashboard of jobs, and /v1/replays.</summary>
    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes) => routes.MapSagas().MapHolds().MapJobs().MapReplays();
}
