using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Activity;

/// <summary>Registers the tracking of visitors: its options, its group of stream lanes, and what stores their figures.</summary>
public static class ActivityModule
{
    /// <summary>The name of the group that follows visitors.</summary>
    public const string GroupName = "activity";

    /// <summary>Adds the activity lanes.</summary>
    public static IServiceCollection AddActivity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ActivityOptions>().Bind(configuration.GetSection(ActivityOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
