using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Decisioning.Screening;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning;

/// <summary>Registers the screening of customers.</summary>
public static class ScreeningModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "screening";

    // Applications are few; so long they may wait for others.
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    /// <summary>Adds the lanes that screen customers. Needs the rules that <see cref="DecisioningModule.AddDecisioning"/> follows, and messaging.</summary>
    public static IServiceCollection AddScreening(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ScreeningOptions>().Bind(configuration.GetSection(ScreeningOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ScreeningIndexes>();
        services.AddSingleton(provider => new LaneGroup
        {
            Name = GroupName,
            Topics = [provider.GetRequiredService<MessageCatalog>().Of(typeof(ScreenCustomer)).Topic],
            CreateProcessor = _ => new ScreeningProcessor(
                provider.GetRequiredService<IRulesInForce>(), provider.GetRequiredService<IOptions<ScreeningOptions>>().Value,
                provider.GetRequiredService<ScreeningIndexes>()),
            Takes = [typeof(ScreenCustomer)],
            KeeperOf = [],
            Rest = Rest,
        });
        return services;
    }
}
