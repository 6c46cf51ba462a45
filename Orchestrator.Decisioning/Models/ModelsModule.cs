using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models.Comparing;

namespace Orchestrator.Decisioning.Models;

/// <summary>Registers what keeps models, and what follows those in force.</summary>
public static class ModelsModule
{
    /// <summary>Adds what reads, changes and compares models. Their features are those of the product's catalogue unless others were added before.</summary>
    public static IServiceCollection AddModelStore(this IServiceCollection services)
    {
        services.TryAddSingleton(FeaturePlan.Standard);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ModelStore(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ShadowReader(provider.GetRequiredService<NpgsqlDataSource>()));
        return services;
    }

    /// <summary>Adds the <see cref="ModelsWatch"/> of a process whose lanes decide, as <see cref="IModelsInForce"/> unless another was added before.</summary>
    public static IServiceCollection AddModelsWatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddModelStore();
        services.AddOptions<ModelsOptions>().Bind(configuration.GetSection(ModelsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new ModelsWatch(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<FeaturePlan>(), provider.GetRequiredService<IOptions<ModelsOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ModelsWatch>>()));
        services.TryAddSingleton<IModelsInForce>(provider => provider.GetRequiredService<ModelsWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<ModelsWatch>());
        return services;
    }
}
