using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Rules;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning;

/// <summary>Registers decisioning: its options and its group of lanes.</summary>
public static class DecisioningModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "decisioning";

    /// <summary>Adds the decisioning lanes. Needs an <see cref="NpgsqlDataSource"/> and a <see cref="MessageCatalog"/> beside it.</summary>
    public static IServiceCollection AddDecisioning(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DecisioningOptions>()
            .Bind(configuration.GetSection(DecisioningOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => new FraudRules(
            provider.GetRequiredService<IOptions<DecisioningOptions>>().Value,
            provider.GetService<CurrencyScales>() ?? CurrencyScales.Iso));
        services.AddSingleton(provider => new LaneGroup
        {
            Name = GroupName,
            Topics = [provider.GetRequiredService<MessageCatalog>().Of(typeof(TransactionSubmitted)).Topic],
            CreateProcessor = _ => new DecisioningProcessor(
                provider.LaneDatabase(),
                provider.GetRequiredService<FraudRules>(),
                provider.GetRequiredService<IOptions<DecisioningOptions>>().Value),
        });
        return services;
    }
}
