using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Decisioning.Labels;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning.Records;

/// <summary>Registers the store of decisions and labels.</summary>
public static class DecisionRecordsModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "decision-records";

    /// <summary>Adds the lanes that store decisions and labels, in the background, and what forgets those kept long enough.</summary>
    public static IServiceCollection AddDecisionRecords(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DecisionRecordsOptions>()
            .Bind(configuration.GetSection(DecisionRecordsOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton(provider => Group(
            provider.GetRequiredService<MessageCatalog>(), provider.GetRequiredService<IOptions<DecisionRecordsOptions>>().Value));
        services.AddHostedService<DecisionPruner>();
        return services;
    }

    /// <summary>Adds the reading side alone; the lanes may be in another process. Needs an <see cref="NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddDecisionReader(this IServiceCollection services)
    {
        services.TryAddSingleton<IFeatureSchemas, FeatureSchemaStore>();
        services.AddSingleton<LabelReader>();
        services.AddSingleton<DecisionReader>();
        return services;
    }

    static LaneGroup Group(MessageCatalog catalog, DecisionRecordsOptions options) => new()
    {
        Name = GroupName,
        Topics = [catalog.Of(typeof(FraudAssessed)).Topic, catalog.Of(typeof(FraudLabelled)).Topic],
        Takes = [typeof(FraudAssessed), typeof(DecisionAnswered), typeof(FraudLabelled)],
        CreateProcessor = _ => new DecisionRecordsProcessor(),
        Rest = TimeSpan.FromMilliseconds(options.RestMs),
        IsBackground = true,
    };
}
