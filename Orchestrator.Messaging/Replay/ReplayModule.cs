using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Messaging.Clusters;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Messaging.Replay;

/// <summary>Registers replays.</summary>
public static class ReplayModule
{
    /// <summary>Adds what asks for them and looks at them; the process that works on them may be another. Needs an <see cref="NpgsqlDataSource"/>.</summary>
    public static IServiceCollection AddReplayStore(this IServiceCollection services)
    {
        services.AddOptions<ReplayOptions>().BindConfiguration(ReplayOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<ReplayStore>();
        return services;
    }

    /// <summary>Adds what works on them. Needs messaging; projections that a range can be folded into are those of <see cref="IReplayProjections"/>.</summary>
    public static IServiceCollection AddReplayWorker(this IServiceCollection services)
    {
        services.AddReplayStore();
        services.AddSingleton(provider => new ReplayBounds(provider.GetRequiredService<KafkaOptions>(), provider.GetRequiredService<ClusterFacts>()));
        services.AddSingleton(provider => new ReplayTopics(provider.GetRequiredService<KafkaOptions>(), provider.GetRequiredService<ReplayBounds>(), Time(provider)));
        services.AddSingleton(provider => new ReplayParts(
            new ReplayClaims(Database(provider), Time(provider)), provider.GetRequiredService<ReplayBounds>(), provider.GetRequiredService<ReplayTopics>(),
            provider.GetRequiredService<KafkaOptions>(), provider.GetRequiredService<LaneMessageReader>(), provider.GetService<IReplayProjections>(), Options(provider), Time(provider)));
        services.AddSingleton(provider => new ReplayExpiry(Database(provider), provider.GetRequiredService<ReplayTopics>(), Time(provider)));
        services.AddHostedService(provider => new ReplayWorker(
            provider.GetRequiredService<ReplayParts>(), provider.GetRequiredService<ReplayExpiry>(), provider.GetRequiredService<ILogger<ReplayWorker>>()));
        services.AddHostedService(provider => new ReplayPruner(Database(provider), Options(provider), Time(provider), provider.GetRequiredService<ILogger<ReplayPruner>>()));
        return services;
    }

    static NpgsqlDataSource Database(IServiceProvider provider) => provider.GetRequiredService<NpgsqlDataSource>();

    static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();

    static ReplayOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ReplayOptions>>().Value;
}
