using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orchestrator.Api.Hosting;

/// <summary>Where the host listens: 127.0.0.1:5080 unless told otherwise, and on nothing that another machine can reach unless an issuer says who may do what, or it is told so explicitly.</summary>
public static class LoopbackGuard
{
    const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>Sets the address, limits and the guard on every endpoint, however it is configured.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="hasAuthority">Whether an issuer says who may do what; then everybody may try.</param>
    public static void Apply(WebApplicationBuilder builder, bool hasAuthority)
    {
        var options = builder.Configuration.GetSection(ApiOptions.Section).Get<ApiOptions>() ?? new ApiOptions();
        if (!builder.Configuration.GetSection("Kestrel:Endpoints").Exists() && string.IsNullOrEmpty(builder.Configuration["urls"])
            && string.IsNullOrEmpty(builder.Configuration["http_ports"]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
        // A page in a browser on this machine could reach loopback under a name of its own (DNS rebinding); only loopback's names are served.
        builder.Configuration["AllowedHosts"] ??= options.AllowRemote || hasAuthority ? "*" : "localhost;127.0.0.1;[::1]";
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = 10_000;
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                if (!options.AllowRemote && !hasAuthority)
                    RefuseRemote(endpoint);
            });
        });
    }

    static void RefuseRemote(ListenOptions endpoint)
    {
        if (endpoint.EndPoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address))
        {
            throw new HostRefusedException(
                $"{ip} can be reached from other machines, and no issuer says who may do what. Set Authentication:Authority, or listen on 127.0.0.1, or set Api:AllowRemote=true where something " +
                "else keeps strangers out.");
        }
    }
}
