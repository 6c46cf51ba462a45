using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Records;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning;

/// <summary>Registers decisioning: its options, the rules that it follows, and its group of lanes.</summary>
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
        services.AddRulesWatch(configuration);
        services.AddSingleton<IRulesInForce>(provider => provider.GetRequiredService<RulesWatch>());
        services.AddModelsWatch(configuration);
        services.AddSingleton<IDecisionEngines, RuleEngines>();
        services.TryAddSingleton<IFeatureSchemas, FeatureSchemaStore>();
        services.AddHostedService<HistorySchemaKeeper>();
        services.AddSingleton(provider => new LaneGroup
        {
            Name = GroupName,
            Topics = [provider.GetRequiredService<MessageCatalog>().Of(typeof(TransactionSubmitted)).Topic],
            CreateProcessor = _ => new DecisioningProcessor(
                provider.LaneDatabase(),
                provider.GetRequiredService<IRulesInForce>(),
                new RuleDecider(
                    provider.GetRequiredService<RuleSchema>(), provider.GetRequiredService<TimeProvider>(),
                    TimeSpan.FromMilliseconds(provider.GetRequiredService<IOptions<RulesOptions>>().Value.DeadlineMs), provider.GetService<CurrencyScales>()),
                provider.GetRequiredService<IOptions<DecisioningOptions>>().Value),
        });
        return services;
    }
}
