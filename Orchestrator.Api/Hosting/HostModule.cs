using System.Text.Json.Serialization.Metadata;
using Orchestrator.Api.Security;
using Orchestrator.Api.Submissions;

namespace Orchestrator.Api.Hosting;

/// <summary>What belongs to the host as a whole.</summary>
public static class HostModule
{
    /// <summary>Adds the host's options, submissions and the file that tells tools where everything is.</summary>
    public static IServiceCollection AddHostParts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ApiOptions>().Bind(configuration.GetSection(ApiOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));
        services.AddApiJson();
        services.AddSingleton<SubmissionStore>();
        services.AddHostedService<SubmissionPruner>();
        services.AddHostedService<SubmissionRepublishing>();
        services.AddHostedService<EndpointsFile>();
        return services;
    }

    /// <summary>How answers are written: camel case, enums by their names, nothing for what is null.</summary>
    public static IServiceCollection AddApiJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(json =>
    {
        json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
        for (var i = 0; i < json.SerializerOptions.TypeInfoResolverChain.Count; i++)
            json.SerializerOptions.TypeInfoResolverChain[i] = json.SerializerOptions.TypeInfoResolverChain[i].WithAddedModifier(Masking.Modify);
        json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter());
        json.SerializerOptions.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull;
    });
}
