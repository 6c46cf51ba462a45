using Orchestrator.Api.Submissions;
using Orchestrator.Messaging.Lanes;

namespace Orchestrator.Api.Hosting;

/// <summary>What belongs to the host as a whole.</summary>
public static class HostModule
{
    /// <summary>Adds the host's options, submissions and the file that tells tools where everything is.</summary>
    public static IServiceCollection AddHostParts(this IServiceCollection services, IConfiguration configuration, bool hostsBroker)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter());
            json.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddSingleton<SubmissionStore>();
        services.AddHostedService<SubmissionPruning>();
        services.AddHostedService<SubmissionRepublishing>();
        services.AddHostedService<EndpointsFile>();
        if (hostsBroker)
            services.AddHostedService<BrokerQuiescence>();
        return services;
    }
}

/// <summary>
/// An embedded broker takes with it what nobody has read. So on a stop, after the API has closed and before the lanes do, everything that is
/// published is taken first; whoever still publishes from outside cannot hold it up for ever.
/// </summary>
sealed partial class BrokerQuiescence(LaneHost lanes, ILogger<BrokerQuiescence> logger) : IHostedService
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!await lanes.QuiesceAsync(Bound, cancellationToken))
            NotQuiet(logger, Bound.TotalSeconds);
    }

    [LoggerMessage(LogLevel.Warning, "Stopping although messages were still arriving after {Seconds} s; what the embedded broker alone holds is lost with it")]
    static partial void NotQuiet(ILogger logger, double seconds);
}
