using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Contracts;
using Orchestrator.Contracts.Catalog;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Inbox;
using Orchestrator.Messaging.Kafka;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Outbox;
using Orchestrator.Messaging.Parking;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Telemetry;
using Orchestrator.Messaging.Telemetry.Stored;
using Orchestrator.Messaging.Wire;
using Orchestrator.Messaging.Wire.Formats;

namespace Orchestrator.Messaging;

/// <summary>Registers messaging: what runs lanes, publishes and parks.</summary>
public static class MessagingModule
{
    /// <summary>
    /// Adds messaging. Groups are what is registered as <see cref="LaneGroup"/> and <see cref="StreamGroup"/>, messages beyond the contracts what is registered as
    /// <see cref="MessageContract"/>, steps from older versions of messages what is registered as <see cref="IUpcaster"/>. Register it after
    /// MassTransit, so that lanes start when the bus has and stop before it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Sections <c>Messaging</c>, <c>Kafka</c> and <c>Topics</c> (other names for topics, by default name); ORCHESTRATOR_KAFKA and ORCHESTRATOR_POSTGRES go before them.</param>
    public static IServiceCollection AddOrchestratorMessaging(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MessagingOptions>().Bind(configuration.GetSection(MessagingOptions.Section)).ValidateDataAnnotations()
            .Validate(o => o.HeartbeatMs * 3L <= o.LeaseMs, "Messaging:LeaseMs must be at least three times Messaging:HeartbeatMs, or a member that is alive loses its lanes")
            .Validate(o => o.RestoredTo is null == o.RestoredAt is null && !(o.RestoredTo >= o.RestoredAt), "Messaging:RestoredTo and Messaging:RestoredAt are given together, the earlier one first")
            .ValidateOnStart();
        services.AddSingleton(sp => sp.GetRequiredService<IOptions<MessagingOptions>>().Value);
        services.AddSingleton(_ => KafkaSection.ReadValid(configuration));
        services.AddSingleton(_ => Databases.Create("reads", Databases.ReadConnection(ReadPostgres(configuration))));
        services.AddSingleton(sp =>
        {
            var options = sp.GetRequiredService<MessagingOptions>();
            return new LaneDatabase(
                Databases.Create("lanes", Databases.LaneConnection(ReadPostgres(configuration), LanePool(services, sp, options))),
                Databases.Create("commits", Databases.LaneConnection(ReadPostgres(configuration), options.ConcurrentCommits)),
                Databases.Create("background", Databases.BackgroundConnection(ReadPostgres(configuration))));
        });
        services.AddSingleton(sp => new MessageCatalog(
            ContractCatalog.All.Concat(sp.GetServices<MessageContract>()),
            TopicNames.Read(configuration),
            sp.GetServices<IUpcaster>(),
            sp.GetService<CurrencyScales>()));
        services.AddSingleton(TimeProvider.System);
        services.AddWireFormats(configuration);
        services.AddSingleton<LaneMessageReader>();
        services.AddSingleton<KafkaProducer>();
        services.AddSingleton<MessagingTelemetry>();
        services.AddSingleton(sp =>
        {
            var database = sp.GetRequiredService<LaneDatabase>();
            return ActivatorUtilities.CreateInstance<LaneServices>(sp, database);
        });
        services.AddSingleton(sp => new ClusterFacts(sp.GetRequiredService<KafkaOptions>().ClientConfig()));
        services.AddSingleton<ClusterGuard>();
        services.AddSingleton<ParkedMessages>().AddSingleton<ParkedSearch>().AddSingleton<ParkedEdits>().AddSingleton<Redrives>();
        services.AddHostedService<Redriver>();
        services.AddSingleton<LaneHost>();
        services.AddHostedService(sp => sp.GetRequiredService<LaneHost>());
        services.AddSingleton<StreamHost>();
        services.AddHostedService(sp => sp.GetRequiredService<StreamHost>());
        services.AddSingleton<EdgeOutbox>();
        services.AddSingleton<IEdgeOutbox>(sp => sp.GetRequiredService<EdgeOutbox>());
        services.AddHostedService(sp => sp.GetRequiredService<EdgeOutbox>());
        services.AddHostedService<InboxPruner>();
        services.AddMetrics();
        services.AddOptions<StoredFiguresOptions>().Bind(configuration.GetSection(StoredFiguresOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IStoredFigures, MessagingFigures>();
        services.AddSingleton<IStoredFigures, ClusterFigures>();
        services.AddHostedService<FigureKeeper>();
        return services;
    }

    // Those that decide, the session of each group's membership, and some for timers, parked messages and recovery; a group of streams also reads and writes a snapshot.
    static int LanePool(IServiceCollection services, IServiceProvider provider, MessagingOptions options) =>
        options.ConcurrentUnits + services.Count(s => s.ServiceType == typeof(LaneGroup)) + (3 * services.Count(s => s.ServiceType == typeof(StreamGroup))) + provider.GetServices<LaneGroupReserve>().Sum(r => r.Groups) + 4;

    static string ReadPostgres(IConfiguration configuration) =>
        configuration["ORCHESTRATOR_POSTGRES"] ?? configuration.GetConnectionString("Orchestrator")
            ?? throw new InvalidOperationException("No database is configured; set ORCHESTRATOR_POSTGRES to a connection string");
}
