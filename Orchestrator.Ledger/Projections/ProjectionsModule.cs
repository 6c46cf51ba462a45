using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Ledger.Projections.Balances;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Replay;

namespace Orchestrator.Ledger.Projections;

/// <summary>The registration of projections. Each is a <see cref="Projection"/> among the services: <c>services.AddSingleton&lt;Projection, MyProjection&gt;()</c>.</summary>
public static class ProjectionsModule
{
    /// <summary>Adds the projections of the ledger, and what reads and checks them. Needs an <see cref="Npgsql.NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddProjections(this IServiceCollection services)
    {
        services.AddOptions<ProjectionOptions>().BindConfiguration(ProjectionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Projection, BalancesProjection>();
        services.AddSingleton<ProjectionCatalog>();
        services.AddSingleton<IProjectionSchemas>(provider => provider.GetRequiredService<ProjectionCatalog>());
        services.AddSingleton<ProjectionReader>();
        services.AddSingleton<ProjectionStatusReader>();
        services.AddSingleton<ProjectionCheck>();
        services.AddSingleton<BalanceReader>();
        services.AddSingleton<EntryReader>();
        services.AddSingleton<IReplayProjections, ReplayedProjections>();
        return services;
    }

    /// <summary>
    /// Lets this process fold and build every projection that is registered, by <see cref="AddProjections"/> or otherwise. Needs messaging.
    /// </summary>
    public static IServiceCollection AddProjectionHost(this IServiceCollection services)
    {
        // One group that is served, one that is built, and the steps in between.
        services.AddSingleton(provider => new LaneGroupReserve(3 * provider.GetServices<Projection>().Count()));
        services.AddHostedService<ProjectionHost>();
        return services;
    }
}
