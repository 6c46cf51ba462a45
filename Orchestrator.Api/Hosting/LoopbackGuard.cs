using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orchestrator.Api.Hosting;

/// <summary>Where the host listens: 127.0.0.1:5080 unless told otherwise, and on nothing that another machine can reach unless told so explicitly.</summary>
public static class LoopbackGuard
{
    const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Sets the address, limits and the guard on every endpoint, however it is configured.</summary>
    public static void Apply(WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(ApiOptions.Section).Get<ApiOptions>() ?? new ApiOptions();
        if (!builder.Configuration.GetSection("Kestrel:Endpoints").Exists() && string.IsNullOrEmpty(builder.Configuration["urls"])
            && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
        // A page in a browser on this machine could reach loopback under a name of its own (DNS rebinding); only loopback's names are served.
        builder.Configuration["AllowedHosts"] ??= options.AllowRemote ? "*" : "localhost;127.0.0.1;[::1]";
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            kestrel.ConfigureEndpointDefaults(endpoint => Check(endpoint, options));
        });
    }

    static void Check(ListenOptions endpoint, ApiOptions options)
    {
        if (!options.AllowRemote && endpoint.EndPoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address))
        {
            throw new HostRefusedException(
                $"{ip} can be reached from other machines, and there is no authentication yet. Listen on 127.0.0.1, or set Api:AllowRemote=true where something else keeps strangers out.");
        }
    }
}
