using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Decisions;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Decisioning.Deciding;
using Orchestrator.Decisioning.Features;
using Orchestrator.Decisioning.Models;
using Orchestrator.Decisioning.Records;
using Orchestrator.Decisioning.Replay;
using Orchestrator.Decisioning.Rules.Language;
using Orchestrator.Decisioning.RuleSets;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Decisioning;

/// <summary>Registers decisioning: its options, the rules and models that it follows, and its group of stream lanes.</summary>
public static class DecisioningModule
{
    /// <summary>The group's name.</summary>
    public const string GroupName = "decisioning";

    /// <summary>Adds the decisioning lanes. Needs an <see cref="NpgsqlDataSource"/> and a <see cref="MessageCatalog"/> beside it.</summary>
    public static IServiceCollection AddDecisioning(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DecisioningOptions>().Bind(configuration.GetSection(DecisioningOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<FeatureEngineOptions>().Bind(configuration.GetSection(DecisioningOptions.FeaturesSection)).ValidateDataAnnotations()
            .Validate(o => o.Problem is null, $"{DecisioningOptions.FeaturesSection}: {FeatureEngineOptions.Ranges}").ValidateOnStart();
        services.AddRulesWatch(configuration);
        services.AddSingleton<IRulesInForce>(provider => provider.GetRequiredService<RulesWatch>());
        services.AddModelsWatch(configuration);
        services.AddSingleton<IDecisionEngines, DecisionEngines>();
        services.TryAddSingleton<IFeatureSchemas, FeatureSchemaStore>();
        services.AddSingleton(Shared);
        services.AddSingleton(provider => new DecisioningTelemetry(
            provider.GetRequiredService<IMeterFactory>(), provider.GetRequiredService<CrossLaneKeys>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StreamGroup>(Group);
        return services;
    }

    static StreamGroup Group(IServiceProvider provider)
    {
        var catalog = provider.GetRequiredService<MessageCatalog>();
        var options = provider.GetRequiredService<IOptions<DecisioningOptions>>().Value;
        return new StreamGroup
        {
            Name = GroupName,
            Topics = [catalog.Of(typeof(TransactionSubmitted)).Topic, catalog.Of(typeof(FraudLabelled)).Topic, catalog.Of(typeof(ActivityFeatures)).Topic],
            Takes = [typeof(TransactionSubmitted), typeof(FraudLabelled), typeof(ActivityFeatures)],
            // The sagas keep transactions, the store of decisions keeps labels.
            KeeperOf = [catalog.Of(typeof(ActivityFeatures)).Topic],
            OutputTopic = catalog.Of(typeof(FraudAssessed)).Topic,
            CreateProcessor = lane => Lane(provider, lane),
            SnapshotInterval = TimeSpan.FromSeconds(options.SnapshotSeconds),
            SnapshotMessages = options.SnapshotMessages,
            WithoutStore = TimeSpan.FromSeconds(options.WithoutStoreSeconds),
            ReadyAsync = cancellationToken => ReadyAsync(provider, cancellationToken),
        };
    }

    // Nobody is decided about by other rules or models than those in force only because a process has just started; and no vector is published that nobody can name.
    static async Task ReadyAsync(IServiceProvider provider, CancellationToken cancellationToken)
    {
        var schema = provider.GetRequiredService<FeaturePlan>().Schema;
        await provider.GetRequiredService<IFeatureSchemas>().KeepAsync(schema.Hash, schema.Names, cancellationToken);
        await provider.GetRequiredService<IRulesInForce>().Loaded.WaitAsync(cancellationToken);
        await provider.GetRequiredService<IModelsInForce>().Loaded.WaitAsync(cancellationToken);
    }

    static DecisioningLane Lane(IServiceProvider provider, LaneId lane)
    {
        var plan = provider.GetRequiredService<FeaturePlan>();
        var time = provider.GetRequiredService<TimeProvider>();
        var currencies = provider.GetService<CurrencyScales>();
        var bounds = provider.GetRequiredService<IOptions<FeatureEngineOptions>>().Value;
        var idle = new IdleKeys(bounds.MaxIdle, bounds.MaxEventsPerKey);
        return new DecisioningLane(
            new FeatureEngine(plan, bounds, idle, provider.GetRequiredService<CrossLaneKeys>()),
            new TransactionDecider(
                provider.GetRequiredService<RuleSchema>(), plan.Schema, time,
                TimeSpan.FromMilliseconds(provider.GetRequiredService<IOptions<RulesOptions>>().Value.DeadlineMs), currencies),
            provider.GetRequiredService<IRulesInForce>(),
            provider.GetRequiredService<IModelsInForce>(),
            provider.GetRequiredService<DecisioningTelemetry>().Lane(lane.Partition),
            currencies,
            idle,
            new AccountActivity(plan.Schema, bounds.MaxActiveAccounts));
    }

    static CrossLaneKeys Shared(IServiceProvider provider)
    {
        var bounds = provider.GetRequiredService<IOptions<FeatureEngineOptions>>().Value;
        return new CrossLaneKeys(provider.GetRequiredService<FeaturePlan>(), bounds, new IdleKeys(bounds.MaxIdle, bounds.MaxEventsPerKey));
    }
}
