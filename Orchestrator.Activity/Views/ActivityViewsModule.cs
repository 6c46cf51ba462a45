using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activity.Store;

namespace Orchestrator.Activity.Views;

/// <summary>Registers what reads and erases what lanes have stored; the lanes may be in another process.</summary>
public static class ActivityViewsModule
{
    /// <summary>Adds it. Needs an <see cref="Npgsql.NpgsqlDataSource"/> and messaging.</summary>
    public static IServiceCollection AddActivityReaders(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddActivityOptions(configuration);
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<LiveReader>().AddSingleton<LiveFeed>().AddSingleton<SummaryReader>().AddSingleton<BreakdownReader>().AddSingleton<FunnelReader>()
            .AddSingleton<RetentionReader>().AddSingleton<SessionReader>().AddSingleton<ErasureReader>().AddSingleton<ErasureStore>();
        services.AddTransient<ActivityRetention>();
        return services.AddHostedService(provider => provider.GetRequiredService<LiveFeed>());
    }
}
