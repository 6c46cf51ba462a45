using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Api.Hosting;
using Orchestrator.Api.Settings;

namespace Orchestrator.Tests.Deploy;

/// <summary>Whether an environment variable is a setting of the service: what it says must be read by an options class, or by the host.</summary>
static class SettingNames
{
    static readonly HashSet<string> OfTheHost = new(StringComparer.Ordinal)
    {
        "ORCHESTRATOR_KAFKA", "ORCHESTRATOR_POSTGRES", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_GCgen0size", "Logging__Console__FormatterName",
    };

    /// <summary>Whether it is.</summary>
    public static bool Exist(string variable)
    {
        var parts = variable.Split("__");
        // Properties of Kafka's client are open.
        return OfTheHost.Contains(variable) || parts is ["Kafka", "Client", _] || SettingCatalog.All.Any(s => s.IsAt(parts));
    }

    /// <summary>How long the host gives what it runs to stop.</summary>
    public static TimeSpan ShutdownTimeout()
    {
        var services = new ServiceCollection();
        services.AddHostParts(new ConfigurationBuilder().Build());
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostOptions>>().Value.ShutdownTimeout;
    }
}
