using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orchestrator.Activity.Figures;
using Orchestrator.Activity.Funnels;
using Orchestrator.Activity.Store;
using Orchestrator.Contracts.Activity;
using Orchestrator.Messaging.Configuration;
using Orchestrator.Messaging.Lanes;
using Orchestrator.Messaging.Streams;
using Orchestrator.Messaging.Wire;

namespace Orchestrator.Activity;

/// <summary>Registers the tracking of visitors: its options, its group of stream lanes, and what counts them.</summary>
public static class ActivityModule
{
    /// <summary>The name of the group that follows visitors.</summary>
    public const string GroupName = "activity";

    /// <summary>Adds the activity lanes. Where an <see cref="IFigureSink"/> is registered, they hand their figures over to it.</summary>
    public static IServiceCollection AddActivity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddActivityOptions(configuration).AddFigureStore();
        services.AddSingleton<ActivityTelemetry>();
        services.AddSingleton<StreamGroup>(Group);
        return services;
    }

    /// <summary>Adds the options, once: funnels that are bound twice would be there twice.</summary>
    internal static IServiceCollection AddActivityOptions(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(s => s.ImplementationType == typeof(FunnelsValidation)))
            return services;
        services.AddOptions<ActivityOptions>().Bind(configuration.GetSection(ActivityOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<IValidateOptions<ActivityOptions>, FunnelsValidation>();
    }

    static StreamGroup Group(IServiceProvider provider)
    {
        var catalog = provider.GetRequiredService<MessageCatalog>();
        var options = provider.GetRequiredService<IOptions<ActivityOptions>>().Value;
        return new StreamGroup
        {
            Name = GroupName,
            Topics = [catalog.Of(typeof(ActivityRecorded)).Topic],
            Takes = [typeof(ActivityRecorded), typeof(ActivityErased)],
            OutputTopic = catalog.Of(typeof(CustomerObserved)).Topic,
            CreateProcessor = lane => Lane(provider, lane),
            SnapshotInterval = TimeSpan.FromSeconds(options.SnapshotSeconds),
            SnapshotMessages = options.SnapshotMessages,
        };
    }

    static ActivityProcessor Lane(IServiceProvider provider, LaneId lane)
    {
        var options = provider.GetRequiredService<IOptions<ActivityOptions>>().Value;
        var lanes = provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Partitions;
        return new ActivityProcessor(
            new ActivityEngine(EngineBounds.Of(options, lanes), new FunnelPlan(options.Funnels)),
            provider.GetService<IFigureSink>(),
            provider.GetRequiredService<ActivityTelemetry>().Lane(lane.Partition),
            TimeSpan.FromMilliseconds(options.StoreEveryMs));
    }

    sealed class FunnelsValidation : IValidateOptions<ActivityOptions>
    {
        public ValidateOptionsResult Validate(string? name, ActivityOptions options) =>
            options.Problem is { } problem ? ValidateOptionsResult.Fail($"{ActivityOptions.Section}:Funnels: {problem}") : ValidateOptionsResult.Success;
    }
}
