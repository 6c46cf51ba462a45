using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Activity.Figures;
using Orchestrator.Messaging.Configuration;

namespace Orchestrator.Activity.Store;

/// <summary>Registers what stores the figures of lanes.</summary>
public static class FigureStoreModule
{
    /// <summary>Adds it, once however often it is asked for. Needs messaging's databases.</summary>
    public static IServiceCollection AddFigureStore(this IServiceCollection services)
    {
        services.TryAddSingleton<FigureStoreTelemetry>();
        services.TryAddSingleton(provider => new FigureStore(
            provider.LaneDatabase(), provider.GetRequiredService<FigureStoreTelemetry>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FigureStore>>()));
        services.TryAddSingleton<IFigureSink>(provider => provider.GetRequiredService<FigureStore>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, FigureWriter>());
        return services;
    }
}
