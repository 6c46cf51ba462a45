using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Activity.Customers;
using Orchestrator.Activity.Store;
using Orchestrator.Contracts.Accounts;
using Orchestrator.Contracts.Activity;
using Orchestrator.Contracts.Customers;
using Orchestrator.Contracts.Transactions;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity.Segments;

/// <summary>Registers the lanes that gather what is known about customers and keep their segments.</summary>
public static class SegmentLanesModule
{
    /// <summary>The group that says by customer what other topics say by account or visitor.</summary>
    public const string FactsGroupName = "customer-facts";

    /// <summary>The group that keeps segments.</summary>
    public const string GroupName = "segments";

    /// <summary>Adds both groups, and what has customers look again when a definition has changed. Needs messaging.</summary>
    public static IServiceCollection AddSegmentLanes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSegmentStore(configuration);
        services.AddSingleton(SegmentsDue.Contract);
        services.AddSingleton(provider => new SegmentsWatch(
            provider.GetRequiredService<NpgsqlDataSource>(), Options(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SegmentsWatch>>()));
        services.AddHostedService(provider => provider.GetRequiredService<SegmentsWatch>());
        services.AddMetrics();
        services.AddSingleton<SegmentTelemetry>();
        services.AddSingleton(FactsGroup);
        services.AddSingleton(SegmentsGroup);
        services.AddSingleton<BackfillWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<BackfillWorker>());
        services.AddHostedService<WaitingFactPruner>();
        return services;
    }

    /// <summary>Adds what reads and changes definitions, and reads customers; the lanes may be in another process. Needs an <see cref="NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddSegmentStore(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SegmentsOptions>().Bind(configuration.GetSection(SegmentsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<SegmentStore>();
        services.TryAddSingleton<SegmentReader>();
        services.TryAddSingleton<SegmentPreview>();
        services.TryAddSingleton<SegmentBackfills>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ICustomerRecords, CustomerRecords>());
        return services;
    }

    static SegmentsOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<SegmentsOptions>>().Value;

    // All that it does follows from what it reads, and nobody waits for it but the other group, for whom some milliseconds are little.
    static LaneGroup FactsGroup(IServiceProvider provider)
    {
        var (catalog, database, options) = (provider.GetRequiredService<MessageCatalog>(), provider.LaneDatabase(), Options(provider));
        return new LaneGroup
        {
            Name = FactsGroupName,
            Topics = [catalog.Of(typeof(OpenAccount)).Topic, catalog.Of(typeof(TransactionCompleted)).Topic, catalog.Of(typeof(CustomerObserved)).Topic],
            Takes = [typeof(OpenAccount), typeof(CustomerProfileUpdated), typeof(TransactionCompleted), typeof(CustomerObserved)],
            KeeperOf = [catalog.Of(typeof(TransactionCompleted)).Topic, catalog.Of(typeof(CustomerObserved)).Topic],
            CreateProcessor = _ => new CustomerFactsProcessor(database, options.AccountsInMemory),
            Rest = TimeSpan.FromMilliseconds(options.FactsRestMs),
            IsBackground = true,
        };
    }

    // Not in the background: what it decides depends on the time, so that what it has told must not be forgotten.
    static LaneGroup SegmentsGroup(IServiceProvider provider)
    {
        var (catalog, database, options) = (provider.GetRequiredService<MessageCatalog>(), provider.LaneDatabase(), Options(provider));
        var (watch, telemetry) = (provider.GetRequiredService<SegmentsWatch>(), provider.GetRequiredService<SegmentTelemetry>());
        return new LaneGroup
        {
            Name = GroupName,
            Topics = [catalog.Of(typeof(CustomerFact)).Topic],
            Takes = [typeof(CustomerFact), typeof(SegmentsDue)],
            CreateProcessor = _ => new SegmentsProcessor(database, watch, telemetry, options.CustomersInMemory),
            Rest = TimeSpan.FromMilliseconds(options.RestMs),
        };
    }
}
