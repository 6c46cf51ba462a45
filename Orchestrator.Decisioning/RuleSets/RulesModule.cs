using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Lists;
using Orchestrator.Decisioning.Rules.Language;

namespace Orchestrator.Decisioning.RuleSets;

/// <summary>Registers what keeps rules and lists, and what follows those in force.</summary>
public static class RulesModule
{
    /// <summary>Adds what reads and changes rule sets and lists. What rules may name are the fields of a transaction and the features of the catalogue, unless another schema was added before.</summary>
    public static IServiceCollection AddRuleStores(this IServiceCollection services)
    {
        services.TryAddSingleton(_ => FeatureFields.SchemaOf(FeaturePlan.Standard.Schema));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new RuleSetStore(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ListStore(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new ListReader(provider.GetRequiredService<NpgsqlDataSource>()));
        return services;
    }

    /// <summary>Adds the <see cref="RulesWatch"/> of a process whose lanes decide.</summary>
    public static IServiceCollection AddRulesWatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRuleStores();
        services.AddOptions<RulesOptions>().Bind(configuration.GetSection(RulesOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => new RulesWatch(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<RuleSchema>(), provider.GetRequiredService<IOptions<RulesOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RulesWatch>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RulesWatch>());
        return services;
    }
}
